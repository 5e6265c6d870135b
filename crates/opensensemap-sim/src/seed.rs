//! Reproducible pseudo-random numbers: everything in the simulation is hashed from one seed.

/// A node in the tree of hashes that grows from the simulation's seed.
///
/// Unlike a generator with state, hashing gives any box at any time without computing earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seed(u64);

impl Seed {
    /// The root for a number chosen by the user.
    pub(crate) fn new(number: u64) -> Self {
        Self(0x9e37_79b9_7f4a_7c15).with(number)
    }

    /// The branch for `part`: an index, a time or a purpose.
    pub(crate) fn with(self, part: u64) -> Self {
        Self(mix(self.0 ^ mix(part.wrapping_add(0x9e37_79b9_7f4a_7c15))))
    }

    /// The branch for a text.
    pub(crate) fn with_text(self, text: &str) -> Self {
        text.bytes().fold(self, |seed, byte| seed.with(u64::from(byte)))
    }

    /// All 64 bits.
    pub(crate) fn bits(self) -> u64 {
        self.0
    }

    /// Uniform in 0 to 1, excluding 1.
    pub(crate) fn unit(self) -> f64 {
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in `low` to `high`.
    pub(crate) fn between(self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Bell-shaped with mean 0 and deviation 1, and never beyond 3.5: simulated sensors fail by
    /// plan, not by a rare draw.
    pub(crate) fn bell(self) -> f64 {
        let parts = (0..4).map(|part| ((self.0 >> (16 * part)) & 0xffff) as f64 / 65536.0);
        (parts.sum::<f64>() - 2.0) * 3_f64.sqrt()
    }

    /// True for this share of all seeds.
    pub(crate) fn chance(self, share: f64) -> bool {
        self.unit() < share
    }
}

/// The finaliser of splitmix64.
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::Seed;

    #[test]
    fn the_bell_has_mean_0_and_deviation_1() {
        let draws: Vec<f64> = (0..20_000).map(|part| Seed::new(7).with(part).bell()).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|draw| draw * draw).sum::<f64>() / draws.len() as f64;
        assert!(mean.abs() < 0.03, "{mean}");
        assert!((variance - 1.0).abs() < 0.05, "{variance}");
    }

    #[test]
    fn branches_differ() {
        let root = Seed::new(1);
        assert_ne!(root.with(1), root.with(2));
        assert_ne!(root.with_text("ab"), root.with_text("ba"));
        assert_ne!(Seed::new(1), Seed::new(2));
    }
}
