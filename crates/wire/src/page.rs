//! Pages: many records of one entity in one message, compressed when that pays.

use std::io::Read;

use prost::Message;

use crate::Record;

/// Below this many bytes a page is not compressed.
const COMPRESS_FROM: usize = 1024;
/// A page is never larger than this when decompressed.
const DECOMPRESSED_MOST: u64 = 64 << 20;

/// A message whose only field is `repeated … records = 1`.
pub trait Page: Message + Default + 'static {
    /// The record.
    type Record: Record<Page = Self>;

    /// Wraps records.
    fn of(records: Vec<Self::Record>) -> Self;

    /// Unwraps them.
    fn into_records(self) -> Vec<Self::Record>;
}

/// Why a payload is no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The content encoding is not known here.
    #[error("the content encoding `{0}` is unknown: only zstd or none is")]
    Encoding(String),
    /// The bytes do not decompress.
    #[error("the payload does not decompress")]
    Decompress(#[source] std::io::Error),
    /// The bytes are not the message that the headers name.
    #[error("the payload is not the message that its headers name")]
    Decode(#[from] prost::DecodeError),
}

/// Compresses a payload (zstd, level 1) when that pays; tells the content encoding.
pub fn compress(payload: Vec<u8>) -> (Vec<u8>, Option<&'static str>) {
    if payload.len() < COMPRESS_FROM {
        return (payload, None);
    }
    match zstd::bulk::compress(&payload, 1) {
        Ok(compressed) if compressed.len() < payload.len() => (compressed, Some("zstd")),
        _ => (payload, None),
    }
}

/// Undoes [`compress`].
pub fn decompress(payload: &[u8], encoding: Option<&str>) -> Result<Vec<u8>, PageError> {
    match encoding {
        None => Ok(payload.to_vec()),
        Some("zstd") => {
            let mut decompressed = Vec::with_capacity(payload.len().saturating_mul(4));
            zstd::Decoder::new(payload)
                .and_then(|decoder| {
                    decoder
                        .take(DECOMPRESSED_MOST)
                        .read_to_end(&mut decompressed)
                })
                .map_err(PageError::Decompress)?;
            Ok(decompressed)
        }
        Some(other) => Err(PageError::Encoding(other.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_compressed_comes_back() {
        for length in [0, 10, COMPRESS_FROM, 100_000] {
            let payload = b"adit ".repeat(length).clone();
            let (compressed, encoding) = compress(payload.clone());
            assert_eq!(decompress(&compressed, encoding).unwrap(), payload);
        }
    }

    #[test]
    fn an_unknown_encoding_is_named() {
        let error = decompress(b"", Some("br")).unwrap_err();
        assert!(error.to_string().contains("`br`"), "{error}");
    }
}
