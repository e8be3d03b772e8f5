"""Pages of credit: grades, facts, notices, objections, the table of points, measures by grade."""
