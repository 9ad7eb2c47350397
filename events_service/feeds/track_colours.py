"""The colours of tracks as programs outside our pages are told them."""

# As in frontend/css/tokens.css, on a light ground; a test holds the two together.
TRACK_COLOURS = {
    "fjord": "#0f5c74",
    "moss": "#3d6312",
    "rowan": "#a3281c",
    "heather": "#7a2f86",
    "amber": "#7a4d00",
    "birch": "#4c5560",
    "lichen": "#0d6652",
    "dusk": "#3d3fa8",
}
