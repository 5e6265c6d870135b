//! A name server that knows one name. A static program brings its resolver with it: this shows that it
//! works in an image that has no library.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, UdpSocket};
use std::{process, thread};

use anyhow::{Context, Result};

/// Below a top level that is reserved for tests.
pub(super) const NAME: &str = "opensensemap.hivebox.test";

/// Answers at an address of its own until the process ends, and tells it. Without the right to listen on
/// port 53, which is the one that programs ask, there is none.
pub(super) fn serve() -> Result<Option<Ipv4Addr>> {
    let [.., high, low] = process::id().to_be_bytes();
    let address = Ipv4Addr::new(127, 53, high, low);
    let socket = match UdpSocket::bind((address, 53)) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => return Ok(None),
        other => other.with_context(|| format!("cannot serve names at {address}"))?,
    };
    thread::spawn(move || {
        let mut bytes = [0; 512];
        while let Ok((length, client)) = socket.recv_from(&mut bytes) {
            if let Some(answer) = answer(&bytes[..length]) {
                let _ = socket.send_to(&answer, client);
            }
        }
    });
    Ok(Some(address))
}

/// The answer to a query (RFC 1035): loopback when it asks for an address of our name, else "no such name".
fn answer(query: &[u8]) -> Option<Vec<u8>> {
    const HEAD: usize = 12;
    const ADDRESS: [u8; 2] = [0, 1];
    let mut name = Vec::new();
    let mut at = HEAD;
    loop {
        let length = usize::from(*query.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        name.push(String::from_utf8_lossy(query.get(at..at + length)?).to_lowercase());
        at += length;
    }
    let question = query.get(HEAD..at + 4)?;
    let is_ours = name.join(".") == NAME;
    let has_address = is_ours && query.get(at..at + 2)? == ADDRESS;
    let mut answer = query[..2].to_vec();
    let code = if is_ours { 0x80 } else { 0x83 };
    answer.extend([0x81, code, 0, 1, 0, u8::from(has_address), 0, 0, 0, 0]);
    answer.extend(question);
    if has_address {
        // The name as in the question; an address; of the internet; for a second; four bytes.
        answer.extend([0xC0, 0x0C, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4]);
        answer.extend(Ipv4Addr::LOCALHOST.octets());
    }
    Some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(name: &str, kind: u8) -> Vec<u8> {
        let mut query = vec![7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for part in name.split('.') {
            query.push(u8::try_from(part.len()).unwrap());
            query.extend(part.as_bytes());
        }
        query.extend([0, 0, kind, 0, 1]);
        query
    }

    #[test]
    fn knows_one_name_and_its_address() {
        let known = answer(&query(NAME, 1)).unwrap();
        assert!(known.starts_with(&[7, 7, 0x81, 0x80]) && known.ends_with(&[127, 0, 0, 1]));
        let six = answer(&query(NAME, 28)).unwrap();
        assert_eq!((six[3], six[7]), (0x80, 0), "no address of that kind");
        let other = answer(&query("example.test", 1)).unwrap();
        assert_eq!((other[3], other[7]), (0x83, 0), "no such name");
        assert_eq!(answer(&[0; 5]), None);
    }
}
