"""
Invoicing: tax invoices of issued bills, red-letter invoices that take them back, and their way to the tax platform.

What a bill still has to be invoiced is what its invoices come to. Not here: what is billed (billing), what is paid
(receivables). Regulations: REG-VAT-LAW-2024, REG-POWER-VAT-2004, REG-E-INVOICE-2024, REG-GB-32100-2015.
"""
