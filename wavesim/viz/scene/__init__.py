"""Contents of pictures, as arrays in shown units."""

from ._gather import (
    around as around,
    centers as centers,
    close_up as close_up,
    frames as frames,
    gather as gather,
    highest_potential as highest_potential,
    on_picture as on_picture,
    outline_of as outline_of,
    shown_units as shown_units,
    value_on as value_on,
    with_walls as with_walls,
)
from ._interpolate import refined as refined
from ._lines import Bundle as Bundle, bundle_of as bundle_of, timed_bundle as timed_bundle
from ._scene import (
    DENSITY_TOP as DENSITY_TOP,
    Line as Line,
    Scene as Scene,
    energy_range as energy_range,
    onto_points as onto_points,
)
from ._window import (
    eventful as eventful,
    find_gain as find_gain,
    marginals as marginals,
    result_of as result_of,
    start_of as start_of,
    thinned as thinned,
    transmitted_frame as transmitted_frame,
)
