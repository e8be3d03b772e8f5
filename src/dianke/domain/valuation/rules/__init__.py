"""Rules of valuation: policy, margins, growth and life cycle, the brake, the grid, the service table."""
