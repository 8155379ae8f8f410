"""All panels at 120 x 36, word for word."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.tui.dashboard.hand_fed import HandFedSource, play, said, shown, title
from tui.dashboard.app import DashboardApp


def test_every_panel_says_what_the_overview_holds() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert len(shown(app)) == 9
        assert said(app, "#status") == [
            " Tomo-e Gozen  night 2023-12-12  UTC 11:20:31  JST 20:20:31  log 123,457"
            "  last event just now  simulated"
        ]
        assert title(app, "#schedule") == "1 schedule"
        assert said(app, "#schedule") == [
            " OBSERVING since 18:20  astronomical tw…",
            " queue running since 19:41: sky clear f…",
            "             JST   UTC",
            " calibration 16:50 07:50 3 h 30 min ago",
            " start       18:20 09:20 2 h 00 min ago",
            " end         05:40 20:40 in 9 h 19 min",
        ]
        assert title(app, "#executing") == "2 executing f9d40b5d"
        assert said(app, "#executing") == [
            " T. Morokuma | All-Sky Survey",
            " All-Sky Survey, 120, 2023-12-12T19:23:…",
            " priority 0.94, runs for 2 min 05 s",
            " operation 11 of 17 ━━━━━━━━━━━━────────",
            " Exposure: J0118+2942_dith2",
            " for 6 s, limit 40 s",
        ]
        assert title(app, "#queue") == "3 queue 14, first 10"
        assert said(app, "#queue")[:2] == [
            " 1.00 S. Sako | ToO GW  S231212ab tile 3",
            " 0.93 T. Morokuma | All-Sky Survey  121, …",
        ]
        assert title(app, "#pool") == "4 pool 312, first 10"
        assert said(app, "#pool")[:2] == [
            " 0.90 19:00-22:00 2 done R. Ohsawa | High…",
            " 0.80 21:00-00:00 T. Morokuma | All-Sky S…",
        ]
        assert title(app, "#history") == "5 history 13"
        assert said(app, "#history") == [
            " 20:18 47397df7 done      T. Morokuma | All-Sky Survey  119, 2023-12-12T19:…",
            " 20:14 4812c642 CANCELLED OperationTimedOut: SetFocus: 28.13 not reached wi…",
            " 20:00 ef4673dc expired   its time window closed  T. Morokuma | Twilight Su…",
        ]
        assert title(app, "#hardware") == "6 hardware  1 NOT WELL"
        assert said(app, "#hardware") == [
            "  mount         tracking alt 61.3    2 s",
            "  dome slit     open                 4 s",
            "  dome rotation stopped az 112.0     4 s",
            "  mirror cover  open                 4 s",
            " !focus         no reading for 95 s 95 s",
            "  camera        exposing 277.1 K     1 s",
            "  weather       dry wind 3.2 m/s     3 s",
            "  lock          released",
            "  processes     guardian, night, notifi…",
        ]
        assert title(app, "#weather") == "7 weather 3 s old"
        assert said(app, "#weather")[:3] == [
            " SAFE, clear  since 18:02",
            " no rain, wind 3.2 m/s from W",
            " humidity 45 %, sky -21.6 °C",
        ]
        assert title(app, "#violations") == "9 violations 1 OPEN, 86 in all"
        assert said(app, "#violations") == [
            " !20:19 SERIOUS  ReadingStale focus: no reading for 60 s: the device is tak…",
            "  19:33 warning  ×84 AstrometryFailed [over] exposure/00652270: no astromet…",
            "  16:40 CRITICAL MirrorCoverOpenAtStart [acknowledged by M. Tanaka] mirror_…",
        ]
        assert said(app, "#counters") == [
            " recipes 11 done, 1 cancelled, 1 interrupted, 1 expired  exposures 49, 1 aborted"
            "  chip-cubes 4,116, 1 lost, 1 given up",
            " products 3,981 archived, 37.4 GB, 88 rejected  events 123,456"
            "  message 19:41 observing resumes: sky clear for 10 min",
        ]

    play(look)


def test_the_chips_stand_as_in_the_focal_plane_with_a_letter_each() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert title(app, "#chips") == "8 chips 84 of 84 in use"
        assert said(app, "#chips") == [
            " exposure 652282 finished",
            " J0118+2942_dith1",
            "              A  F",
            "        q  r  s  r  q  A",
            "     A  A  A  A  A  A  A  s",
            "     A  A  A  q  A  A  A  A",
            "     r  s  X  A  A  s  r  q",
            "  A  A  A  A  A  A  A  A  A  A",
            "  s  A  A  A  A  A  A  A  A  A",
            "     A  A  q  r  s  r  q  u",
            "     A  L  A  A  A  A  A  A",
            "     q  r  s  A  A  A  s  r",
            "        A  A  A  q  A  A",
            "              A  A",
            " archived 3,981, rejected 88",
            " backlog 131, 302 in 297 out/min",
            " L LOST 1        F FAILED 1",
            " X rejected 1    A archived 56",
            " u unsolved 1    s solved 8",
            " r reducing 8    q queued 8",
        ]

    play(look)
