//! Numbers that carry their unit in their type.

/// A value in the canonical unit of its phenomenon, which [`Phenomenon::unit`] names.
///
/// [`Phenomenon::unit`]: crate::phenomenon::Phenomenon::unit
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Canonical(pub f64);

/// A temperature in degrees Celsius.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Celsius(pub f64);

impl Celsius {
    /// Rounded to two decimals, half away from zero, as HiveBox answers it.
    ///
    /// ```
    /// use hivebox_climate::quantity::Celsius;
    ///
    /// assert_eq!(Celsius(16.0657).rounded(), Celsius(16.07));
    /// assert_eq!(Celsius(-0.001).rounded(), Celsius(0.0));
    /// ```
    #[must_use]
    pub fn rounded(self) -> Self {
        // Adding zero turns the -0.0 that rounding can give into 0.0.
        Self((self.0 * 100.0).round() / 100.0 + 0.0)
    }
}

/// A length or a height in metres.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Metres(pub f64);

impl Metres {
    /// So many kilometres.
    #[must_use]
    pub const fn from_kilometres(kilometres: f64) -> Self {
        Self(kilometres * 1000.0)
    }
}
