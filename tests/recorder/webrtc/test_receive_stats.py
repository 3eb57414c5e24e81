"""What is missing, when to ask for it, how bad the road is: no sockets, no clock."""

from recorder.webrtc.receive_stats import GIVE_UP_S, LONGEST_HOLE, RateCap, Reception

S = 1_000_000


def received(*sequences: int, clock_rate: int = 90000) -> Reception:
    reception = Reception(clock_rate)
    for number, sequence in enumerate(sequences):
        reception.add(sequence, 3000 * number, number * S // 30)
    return reception


def test_a_hole_is_asked_for_after_a_moment_and_then_each_tenth_of_a_second() -> None:
    reception = Reception(90000)
    assert not reception.add(10, 0, 0)
    assert reception.add(13, 0, 1000)
    assert reception.due(1000) == ([], 11_000)
    assert reception.due(11_000) == ([11, 12], 111_000)
    assert reception.due(50_000) == ([], 111_000)
    assert not reception.add(11, 0, 60_000)
    assert reception.due(111_000) == ([12], 211_000)
    assert not reception.unrecovered


def test_a_jittery_road_is_given_more_time() -> None:
    reception = Reception(90000)
    for number in range(200):
        reception.add(number, 3000 * number, number * S // 30 + (50_000 if number % 2 else 0))
    now = 200 * S // 30
    wait = int(2 * reception.jitter_s * S)
    reception.add(201, 3000 * 201, now)
    assert wait > 60_000
    asked, look = reception.due(now + 15_000)
    assert asked == [] and look == now + wait


def test_what_never_comes_is_given_up() -> None:
    reception = received(1, 3)
    later = int((GIVE_UP_S + 1) * S)
    assert reception.due(later) == ([], None)
    assert reception.unrecovered and not reception.missing


def test_of_a_long_hole_only_the_end_is_asked_for_and_a_key_frame_is_needed() -> None:
    reception = received(0, 1001)
    assert len(reception.missing) == LONGEST_HOLE and not reception.unrecovered
    reception = received(0, 5000)
    assert min(reception.missing) == 4000 and max(reception.missing) == 4999
    assert reception.unrecovered


def test_numbers_wrap() -> None:
    reception = received(65533, 65534, 1, 0)
    assert list(reception.missing) == [65535]
    assert reception.highest == 65537
    assert reception.extended(65535) == 65535 and reception.extended(3) == 65539
    assert reception.lost() == 1


def test_a_sender_that_begins_anew_is_not_a_late_packet() -> None:
    reception = received(40000, 40001)
    assert reception.add(20000, 0, S)
    assert (reception.highest, reception.lost(), reception.unrecovered) == (20000, 0, True)


def test_copies_are_not_counted() -> None:
    reception = received(1, 2, 2, 3)
    assert reception.lost() == 0


def test_loss_is_told_for_the_time_since_the_last_report() -> None:
    reception = received(*range(10), 12, 13)
    assert abs(reception.fraction_lost() - 2 / 14) < 1e-9
    assert reception.fraction_lost() == 0
    for number in range(14, 18):
        reception.add(number, 0, S)
    assert reception.fraction_lost() == 0
    assert reception.lost() == 2


def test_the_share_lost_is_of_all_packets_and_none_before_the_first() -> None:
    assert received().share_lost() is None
    assert received(7).share_lost() == 0
    assert received(*range(10), 12, 13, 13).share_lost() == 2 / 14
    assert received(*range(10), 11, 10).share_lost() == 0


def test_the_rate_is_constant_until_loss_stays_high() -> None:
    cap = RateCap()
    assert [cap.second(0.05) for _ in range(10)] == [2_500_000] * 10
    assert [cap.second(0.3), cap.second(0.3)] == [2_500_000] * 2
    assert cap.second(0.3) == 2_000_000
    for _ in range(50):
        cap.second(0.5)
    assert cap.bits_per_s == RateCap.LEAST
    for _ in range(50):
        cap.second(0.0)
    assert cap.bits_per_s == RateCap.MOST
