"""Pages of value: the pyramid and the grid, ratings, weights, the service table, runs, appeals, a customer's tab."""
