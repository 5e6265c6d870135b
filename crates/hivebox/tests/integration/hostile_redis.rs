//! A Redis that tries to fill the memory of a replica.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::app::{TestUpstream, eventually};
use crate::replica::Replica;
use crate::sharing::{over, with};

/// What it sends: a beginning, and what it repeats 50 million times or until it is cut off.
const ATTACKS: [(&[u8], &[u8]); 7] = [
    (b"$500000000\r\n", &[0; 64]),
    (b"*1000000000\r\n", b":1\r\n"),
    (b"", b"*1\r\n"),
    (b"", b"*16\r\n$0\r\n\r\n"),
    (b"+", b"an endless line without any end of it "),
    (b"", b">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n"),
    (b"*1\r\n$500000000\r\n", &[0; 64]),
];

/// The greeting of a Redis that is asked for RESP3, and tells its name and version to nobody.
const GREETING: &[u8] = b"%1\r\n+proto\r\n:3\r\n+OK\r\n+OK\r\n";
const SUBSCRIBED: &[u8] = b">3\r\n+subscribe\r\n+c\r\n:1\r\n";

/// Listens, and attacks each connection in another way: at once, or after the greeting. Counts the attacks.
fn attack() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let attacks = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&attacks);
    std::thread::spawn(move || {
        for (index, stream) in listener.incoming().map_while(Result::ok).enumerate() {
            let count = Arc::clone(&count);
            std::thread::spawn(move || {
                let (begin, repeated) = ATTACKS[index / 2 % ATTACKS.len()];
                // However it ends.
                let _ = send(stream, index % 2 == 0, begin, repeated);
                count.fetch_add(1, Ordering::Relaxed);
            });
        }
    });
    (port, attacks)
}

fn send(mut stream: TcpStream, is_at_once: bool, begin: &[u8], repeated: &[u8]) -> std::io::Result<()> {
    if !is_at_once {
        read_until(&mut stream, b"HELLO")?;
        stream.write_all(GREETING)?;
        read_until(&mut stream, b"SUBSCRIBE")?;
        stream.write_all(SUBSCRIBED)?;
        read_until(&mut stream, b"EVAL")?;
    }
    stream.write_all(begin)?;
    let many = repeated.repeat(10_000);
    for _ in 0..5_000 {
        stream.write_all(&many)?;
    }
    Ok(())
}

fn read_until(stream: &mut TcpStream, word: &[u8]) -> std::io::Result<()> {
    let mut read: Vec<u8> = Vec::new();
    let mut bytes = [0; 4096];
    while !read.windows(word.len()).any(|part| part == word) {
        match stream.read(&mut bytes)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            count => read.extend(&bytes[..count]),
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_sends_without_end_fills_no_memory_and_is_noticed_by_no_client() {
    let upstream = TestUpstream::start().await;
    let (port, attacks) = attack();
    let redis = format!("redis://127.0.0.1:{port}");
    let settings = with(
        &over(&redis),
        &[
            ("upstream", upstream.url.as_str()),
            ("lease-ttl", "2s"),
            ("cache-timeout", "1s"),
            ("store-interval", "off"),
        ],
    );
    let replica = Replica::start((&settings, &[]));
    eventually("an answer", async || {
        let answer = replica.json("/temperature").await.unwrap_or_default();
        answer["Average temperature"].is_number()
    })
    .await;
    eventually("an attack in each way", async || {
        let answer = replica.json("/temperature").await.unwrap();
        assert!(answer["Average temperature"].is_number(), "{answer}");
        attacks.load(Ordering::Relaxed) >= 2 * ATTACKS.len()
    })
    .await;
    assert_eq!(replica.role().await, "alone");
    let peak_mb = replica.peak_memory_bytes() >> 20;
    eprintln!("peak memory: {peak_mb} MiB");
    assert!(peak_mb < 200, "{peak_mb} MiB");
}
