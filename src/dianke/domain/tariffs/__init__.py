"""
Tariff plans as dated data: published sheets, price components, tiers, hours of use, policy values.

Not here: what a customer is billed on and what a bill comes to (billing), how prices and quantities are
multiplied (engine). Regulations: docs/rules/tariffs.md.
"""
