"""
Risk of late payment from payment history: features, fitting, calibration, metrics.

Pure arrays; scikit-learn is imported by what fits, when it fits, and by nothing that pages or commands start with.
A model is data of our own (tables of points, arrays of trees) with a checksum; nothing is ever pickled.
"""
