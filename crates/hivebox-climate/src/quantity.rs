//! Numbers with their unit in the type.

/// A value in the canonical unit of its phenomenon (see [`Phenomenon::unit`]).
///
/// [`Phenomenon::unit`]: crate::phenomenon::Phenomenon::unit
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Canonical(pub f64);

/// A temperature in degrees Celsius.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Celsius(pub f64);

impl Celsius {
    /// Rounded to two decimals, half away from zero, as HiveBox reports it.
    ///
    /// ```
    /// use hivebox_climate::quantity::Celsius;
    ///
    /// assert_eq!(Celsius(16.0657).rounded(), Celsius(16.07));
    /// assert_eq!(Celsius(-0.001).rounded(), Celsius(0.0));
    /// ```
    #[must_use]
    pub fn rounded(self) -> Self {
        // Adding zero turns a -0.0 from rounding into 0.0.
        Self((self.0 * 100.0).round() / 100.0 + 0.0)
    }
}

/// A length or a height in metres.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Metres(pub f64);

impl Metres {
    /// A length given in kilometres.
    #[must_use]
    pub const fn from_kilometres(kilometres: f64) -> Self {
        Self(kilometres * 1000.0)
    }
}
