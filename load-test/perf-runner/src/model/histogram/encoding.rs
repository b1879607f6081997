//! The V2 encoding, taken apart with care: the crate that decodes it believes the
//! lengths and the bounds it is told.

use std::io::Read as _;

use flate2::read::ZlibDecoder;
use hdrhistogram::{Histogram as Hdr, serialization::Deserializer};

use super::{BadHistogram, DIGITS, HIGHEST_US, LOWEST_US};

const DEFLATED: u32 = 0x1c84_9314;
/// More than a histogram of these bounds can take, with every bucket at its most.
const LIMIT_BYTES: usize = 200 * 1024;
const HEADER_BYTES: usize = 40;

/// Decodes a histogram of our own bounds, deflated or not.
///
/// # Errors
/// When the bytes are anything else.
pub(super) fn decode(bytes: &[u8]) -> Result<Hdr<u64>, BadHistogram> {
    let plain = inflated(bytes)?;
    prove(&plain)?;
    Deserializer::new().deserialize(&mut plain.as_slice()).map_err(|error| bad(error.to_string()))
}

fn bad(text: impl Into<String>) -> BadHistogram {
    BadHistogram(text.into())
}

fn inflated(bytes: &[u8]) -> Result<Vec<u8>, BadHistogram> {
    let mut plain = Vec::new();
    if field(bytes, 0)? == DEFLATED {
        // The length that follows is not needed: the bytes know their own end.
        let stream = bytes.get(8..).ok_or_else(|| bad("it is cut short"))?;
        let limit = LIMIT_BYTES as u64 + 1;
        let read = ZlibDecoder::new(stream).take(limit).read_to_end(&mut plain);
        read.map_err(|error| bad(error.to_string()))?;
    } else {
        plain.extend_from_slice(bytes.get(..bytes.len().min(LIMIT_BYTES + 1)).unwrap_or(bytes));
    }
    if plain.len() > LIMIT_BYTES { Err(bad("it is too long")) } else { Ok(plain) }
}

/// Big-endian, four bytes.
fn field(bytes: &[u8], at: usize) -> Result<u32, BadHistogram> {
    let field = bytes.get(at..at + 4).and_then(|bytes| bytes.first_chunk());
    field.map(|bytes| u32::from_be_bytes(*bytes)).ok_or_else(|| bad("it is cut short"))
}

/// Everything by which a decoder could be made to take too much memory or to count
/// past what a number holds.
fn prove(plain: &[u8]) -> Result<(), BadHistogram> {
    let payload = plain.get(HEADER_BYTES..).ok_or_else(|| bad("it is cut short"))?;
    if usize::try_from(field(plain, 4)?) != Ok(payload.len()) {
        return Err(bad("its length is not what it says"));
    }
    let wide =
        |at| Ok::<_, BadHistogram>(u64::from(field(plain, at)?) << 32 | u64::from(field(plain, at + 4)?));
    let bounds = (wide(16)?, wide(24)?, field(plain, 12)?);
    if bounds != (LOWEST_US, HIGHEST_US, u32::from(DIGITS)) {
        return Err(bad("it has other bounds"));
    }
    // Five bytes in a row that each ask for another one are a count above 2^34.
    if payload.windows(5).any(|bytes| bytes.iter().all(|byte| byte & 0x80 != 0)) {
        return Err(bad("it counts more than can have happened"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::ZlibEncoder};
    use hdrhistogram::serialization::{Serializer as _, V2DeflateSerializer, V2Serializer};

    use super::*;

    fn plain() -> Vec<u8> {
        let mut histogram = Hdr::<u64>::new_with_bounds(LOWEST_US, HIGHEST_US, DIGITS).unwrap();
        for us in 0..20 {
            histogram.record_n(us * us * 40_000, 1 + us * 20).unwrap();
        }
        let mut bytes = Vec::new();
        V2Serializer::new().serialize(&histogram, &mut bytes).unwrap();
        bytes
    }

    fn deflated(plain: &[u8]) -> Vec<u8> {
        let mut stream = ZlibEncoder::new(Vec::new(), Compression::fast());
        stream.write_all(plain).unwrap();
        [&DEFLATED.to_be_bytes()[..], &[0; 4], &stream.finish().unwrap()].concat()
    }

    fn with(at: usize, bytes: &[u8]) -> Vec<u8> {
        let mut plain = plain();
        plain[at..at + bytes.len()].copy_from_slice(bytes);
        plain
    }

    fn refusal(bytes: &[u8]) -> String {
        decode(bytes).unwrap_err().to_string()
    }

    #[test]
    fn both_forms_are_read() {
        let histogram = decode(&plain()).unwrap();
        assert_eq!(decode(&deflated(&plain())).unwrap(), histogram);
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(&histogram, &mut bytes).unwrap();
        assert_eq!(decode(&bytes).unwrap(), histogram);
    }

    #[test]
    fn what_would_take_too_much_is_refused() {
        assert!(refusal(&with(4, &u32::MAX.to_be_bytes())).contains("its length is not what it says"));
        assert!(refusal(&with(24, &u64::MAX.to_be_bytes())).contains("other bounds"));
        assert!(refusal(&with(12, &5_u32.to_be_bytes())).contains("other bounds"));
        assert!(refusal(&with(HEADER_BYTES, &[0xff; 9])).contains("more than can have happened"));
        assert!(refusal(&deflated(&vec![0; 50_000_000])).contains("too long"));
        assert!(refusal(&vec![0; 50_000_000]).contains("too long"));
    }

    #[test]
    fn no_bytes_break_it() {
        let plain = plain();
        for length in 0..plain.len() {
            decode(&plain[..length]).unwrap_err();
        }
        let whole = deflated(&plain);
        for length in 0..whole.len() {
            decode(&whole[..length]).unwrap_err();
        }
        for at in 0..plain.len() {
            for byte in [0, 0x7f, 0x80, 0xff] {
                drop(decode(&with(at, &[byte])));
                drop(decode(&deflated(&with(at, &[byte]))));
            }
        }
    }
}
