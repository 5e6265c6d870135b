//! The map tiles of an operator, which the dashboard may draw below the boxes.

use hivebox_kinds::{Formed, Or};

use super::definition::Setting;
use super::reader::{FromSettings, SettingReader};

/// Where browsers get tiles.
pub const TILES: Setting<Or<Formed<TileAddress>>> = Setting::address(
    "tiles",
    "off",
    Or {
        word: "off",
        kind: Formed::by(
            address,
            "an https address with {z}, {x} and {y} in its path or query, such as \
             https://tiles.example.org/{z}/{x}/{y}.png; http only for this computer",
        ),
    },
    "Map tiles that browsers load from your tile server; off: the dashboard loads nothing from other hosts",
);
/// Whose tiles they are.
pub const TILES_ATTRIBUTION: Setting<Or<Formed<String>>> = Setting {
    besides: "and not none with tiles",
    ..Setting::new(
        "tiles-attribution",
        "none",
        Or { word: "none", kind: Formed::by(attribution, "1 to 200 characters of plain text") },
        "Whom the map names as the source of the tiles, as their licence requires",
    )
};

/// The operator's tiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiles {
    /// `HIVEBOX_TILES`.
    pub address: TileAddress,
    /// `HIVEBOX_TILES_ATTRIBUTION`: plain text.
    pub attribution: String,
}

/// `HIVEBOX_TILES` and `HIVEBOX_TILES_ATTRIBUTION`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TilesConfig {
    /// The tiles; `None` means off.
    pub tiles: Option<Tiles>,
}

/// The address of a tile, with `{z}`, `{x}` and `{y}` for its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileAddress {
    template: String,
    origin: String,
}

impl TileAddress {
    /// The address with its placeholders.
    #[must_use]
    pub fn template(&self) -> &str {
        &self.template
    }

    /// Scheme, host and port. It has letters, digits and `:/.-[]` only.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl FromSettings for TilesConfig {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        let (address, attribution) = (reader.read(&TILES), reader.read(&TILES_ATTRIBUTION));
        let tiles = match (address?, attribution?) {
            (None, _) => None,
            (Some(address), Some(attribution)) => Some(Tiles { address, attribution }),
            (Some(_), None) => {
                reader
                    .reject(&TILES_ATTRIBUTION, "is missing, but the map must name the source of its tiles");
                return None;
            }
        };
        Some(Self { tiles })
    }
}

const PLACEHOLDERS: [&str; 3] = ["{z}", "{x}", "{y}"];

fn address(text: &str) -> Result<TileAddress, String> {
    if PLACEHOLDERS.iter().any(|placeholder| text.matches(placeholder).count() != 1) {
        return Err("needs each of {z}, {x} and {y} once".into());
    }
    let filled =
        PLACEHOLDERS.iter().fold(text.to_owned(), |text, placeholder| text.replace(placeholder, "0"));
    let is_plain = filled.bytes().all(|byte| byte.is_ascii_graphic() && !b"{}\"'<>\\^`|#".contains(&byte));
    let uri: http::Uri = filled.parse().ok().filter(|_| is_plain).ok_or("is malformed")?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err("is malformed".into());
    };
    let origin = format!("{scheme}://{authority}");
    if !text.starts_with(&format!("{origin}/")) {
        return Err("has a placeholder or a capital letter in its host".into());
    }
    if !authority.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte)) {
        return Err("has more than a host and a port before its path".into());
    }
    let is_local = matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match scheme {
        "https" => {}
        "http" if is_local => {}
        _ => return Err("is not an https address".into()),
    }
    Ok(TileAddress { template: text.to_owned(), origin })
}

fn attribution(text: &str) -> Result<String, String> {
    let is_plain = !text.chars().any(char::is_control);
    if is_plain && (1..=200).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err("is malformed".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Origin, Source};

    fn read(variables: &[(&str, &str)]) -> Result<Option<Tiles>, String> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let source = Source::default().with_variables(Origin::Environment, variables);
        let config = crate::read::<TilesConfig>(&source);
        config.map(|config| config.tiles).map_err(|error| error.to_string())
    }

    #[test]
    fn no_tiles_are_loaded_unless_an_operator_names_them_with_their_source() {
        assert_eq!(read(&[]), Ok(None));
        let tiles = ("HIVEBOX_TILES", "https://tiles.example.org/{z}/{x}/{y}.png");
        let error = read(&[tiles]).unwrap_err();
        assert!(error.contains("HIVEBOX_TILES_ATTRIBUTION is missing, but the map must name"), "{error}");
        let named = read(&[tiles, ("HIVEBOX_TILES_ATTRIBUTION", "© OpenStreetMap")]).unwrap().unwrap();
        assert_eq!((named.address.template(), &*named.attribution), (tiles.1, "© OpenStreetMap"));
        assert!(read(&[tiles, ("HIVEBOX_TILES_ATTRIBUTION", "a\u{7}b")]).is_err());
    }

    #[test]
    fn an_address_has_one_origin_and_each_placeholder_once() {
        for (text, origin) in [
            ("https://tiles.example.org/{z}/{x}/{y}.png", "https://tiles.example.org"),
            ("https://a.example:8443/wmts?z={z}&x={x}&y={y}&key=K%20", "https://a.example:8443"),
            ("http://127.0.0.1:8080/{z}/{x}/{y}", "http://127.0.0.1:8080"),
            ("http://[::1]:1/{z}/{x}/{y}", "http://[::1]:1"),
            ("http://localhost/{z}/{y}/{x}", "http://localhost"),
        ] {
            assert_eq!(address(text).map(|address| address.origin().to_owned()), Ok(origin.into()), "{text}");
        }
        for (text, reason) in [
            ("https://tiles.example.org/{z}/{x}.png", "needs each"),
            ("https://tiles.example.org/{z}/{x}/{y}/{y}", "needs each"),
            ("https://{x}.example.org/{z}/{y}", "has a placeholder"),
            ("https://{s}.example.org/{z}/{x}/{y}", "is malformed"),
            ("https://tiles.example.org/{z}/{x}/{y}{r}", "is malformed"),
            ("https://me:secret@tiles.example.org/{z}/{x}/{y}", "has more than a host"),
            ("https://*.example.org/{z}/{x}/{y}", "has more than a host"),
            ("https://a;script-src/{z}/{x}/{y}", "has more than a host"),
            ("http://tiles.example.org/{z}/{x}/{y}", "is not an https address"),
            ("ftp://tiles.example.org/{z}/{x}/{y}", "is not an https address"),
            ("/{z}/{x}/{y}", "is malformed"),
            ("https://tiles.example.org/{z}/{x}/{y} ;", "is malformed"),
            ("https://tiles.example.org/{z}/{x}/{y}#a", "is malformed"),
        ] {
            let error = address(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
