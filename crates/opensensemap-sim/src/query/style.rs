//! How boxes are to be written.

/// Which fields of a box are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BoxForm {
    /// `GET /boxes`: measurements are only ids.
    Plain,
    /// `full=true`: measurements are objects.
    Full,
    /// `minimal=true`: no sensors.
    Minimal,
    /// `name=`: only what a search field needs.
    Name,
    /// `date=`: objects as in `Full`, but one measurement is from that time; with `loc`.
    Dated { from: i64, to: i64 },
    /// `GET /boxes/:id`: objects, with `loc`.
    Single,
}

/// How a row is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) form: BoxForm,
    /// As a GeoJSON feature.
    pub(crate) geojson: bool,
    /// With the box's `state` at this time.
    pub(crate) classify_at: Option<i64>,
}
