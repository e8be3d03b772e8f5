"""What a clerk does about a point that cannot be billed: the cause's code and its remedy."""

REMEDIES = {
    "": "Open the point and check readings, terms and prices.",
    "final_billed": "Nothing to do: it is billed up to its last day; a withdrawn final bill comes in later.",
    "held_back": "Mend what the review asked for; a supplementary run bills it.",
    "start_reading_missing": "Read or estimate the register at the start of the period, then recalculate.",
    "end_reading_missing": "Read or estimate the register at the end of the period, then recalculate.",
    "sub_meter_reading_missing": "Complete the sub-meter's readings; the main point waits for them.",
    "meter_missing": "Install a meter, or take the point off its route.",
    "terms_missing": "Give the point a price plan and terms that cover the period.",
    "terms_changed_in_period": "Enter a reading at the day of the change and bill both parts.",
    "price_changes_in_period": "Enter a reading at the day the price changes and bill both parts.",
    "transformer_missing": "Enter the customer's transformers with their capacity and states.",
    "transformer_data_missing": "Enter the nameplate losses of the transformer.",
    "transformers_share_a_meter": "Choose the fixed or the ratio method, or meter each transformer.",
    "register_backwards": "Check the reading; mark a rollover if the register passed its last digit.",
    "rollover_too_large": "Check the reading: a rollover would mean more energy than the capacity can carry.",
    "flat_negative": "The periods exceed the total register: check the readings of the meter.",
    "power_factor_undefined": "Reactive without active energy: check the readings before billing.",
    "demand_missing": "Read the demand register of the period.",
    "tariffs.price_missing": "Load a sheet that states the price, or change the point's terms.",
    "tariffs.no_version_in_force": "Load the sheet that is in force in the period.",
    "tariffs.no_price_row": "Correct the voltage or structure of the terms, or load a sheet that has the row.",
    "tariffs.demo_prices_only": "Load a sheet of better evidence: one copy alone may not be billed.",
}


def get_remedy(code: str) -> str:
    """Return the remedy of a cause; a cause without one is for the tariff or metering desk."""
    return REMEDIES.get(code, REMEDIES[""])
