import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.kernel.ids import FIRST_SERIAL, LAST_SERIAL, SerialOutOfRange, is_user_number, make_user_number

serials = st.integers(FIRST_SERIAL, LAST_SERIAL)


class TestMakeUserNumber:
    def test_appends_the_check_digit_of_iso_7064_mod_11_10(self):
        # 1: (10+1)%10=1, 2*1%11=2 · 0: 2, 4 · 0: 4, 8 · 0: 8, 5 · 0: 5, 10 · 0: 10%10->10, 9 · 0: 9, 7
        # · 0: 7, 3 · 0: 3, 6 · check (11-6)%10 = 5
        assert make_user_number(100_000_000) == "1000000005"

    @pytest.mark.parametrize("serial", [0, 99_999_999, 1_000_000_000, -1])
    def test_refuses_a_serial_without_nine_digits(self, serial: int):
        with pytest.raises(SerialOutOfRange):
            make_user_number(serial)


class TestIsUserNumber:
    @given(serials)
    def test_accepts_every_number_that_was_made(self, serial: int):
        assert is_user_number(make_user_number(serial))

    @given(serials, st.integers(0, 9), st.integers(1, 9))
    def test_finds_every_single_wrong_digit(self, serial: int, place: int, shift: int):
        number = make_user_number(serial)
        wrong = str((int(number[place]) + shift) % 10)

        assert not is_user_number(number[:place] + wrong + number[place + 1 :])

    def test_finds_97_of_100_exchanges_of_neighbours(self):
        numbers = [make_user_number(123_456_789 + 7_919 * step) for step in range(2_000)]
        swapped = [
            number[:place] + number[place + 1] + number[place] + number[place + 2 :]
            for number in numbers
            for place in range(1, 9)
            if number[place] != number[place + 1]
        ]

        assert sum(map(is_user_number, swapped)) < 0.03 * len(swapped)

    @pytest.mark.parametrize("text", ["", "100000000", "10000000050", "0000000005", "１000000005", "1000000005\n"])
    def test_refuses_what_is_not_ten_plain_digits(self, text: str):
        assert not is_user_number(text)
