//! Compressed streams and archives, told by their first bytes and never by their names.

use super::Source;
use std::io::{self, Read, Seek};

/// What a stream is wrapped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    Gzip,
    Zstd,
    Bzip2,
    Zip,
    /// Not read; said so.
    Tar,
    SevenZip,
    Xz,
}

impl Container {
    /// What the first bytes say.
    pub fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1F, 0x8B, 8, ..] => Some(Self::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..] => Some(Self::Bzip2),
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            [b'7', b'z', 0xBC, 0xAF, ..] => Some(Self::SevenZip),
            [0xFD, b'7', b'z', b'X', b'Z', ..] => Some(Self::Xz),
            _ if head.get(257..262) == Some(b"ustar") => Some(Self::Tar),
            _ => None,
        }
    }

    /// The decompressed stream; None for what is no stream or is not read.
    pub fn open(self, inner: Source<'_>) -> Option<io::Result<Source<'_>>> {
        Some(Ok(match self {
            Self::Gzip => Box::new(flate2::read::MultiGzDecoder::new(inner)),
            Self::Zstd => match zstd::stream::read::Decoder::new(inner) {
                Ok(reader) => Box::new(reader),
                Err(error) => return Some(Err(error)),
            },
            Self::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(inner)),
            Self::Zip | Self::Tar | Self::SevenZip | Self::Xz => return None,
        }))
    }

    /// Why it is not read.
    pub fn unsupported(self) -> Option<&'static str> {
        match self {
            Self::Tar => Some("a tar archive; unpack it first"),
            Self::SevenZip => Some("a 7z archive; unpack it first"),
            Self::Xz => Some("xz-compressed; unpack it first"),
            Self::Gzip | Self::Zstd | Self::Bzip2 | Self::Zip => None,
        }
    }
}

/// What a zip archive can be read from.
pub(crate) trait Archive: Read + Seek + Send {}
impl<T: Read + Seek + Send> Archive for T {}

/// Shows each file of a zip archive to `f`, in the order of the archive's directory, until it
/// answers false. Members that cannot be opened are shown as an error.
///
/// # Errors
/// The archive's directory cannot be read.
pub(crate) fn read_archive(
    archive: &mut dyn Archive,
    f: &mut dyn FnMut(&str, io::Result<Source<'_>>) -> bool,
) -> io::Result<()> {
    let mut zip = zip::ZipArchive::new(archive)?;
    for at in 0..zip.len() {
        let go_on = match zip.by_index(at) {
            Ok(member) if member.is_dir() => continue,
            Ok(member) => {
                let name =
                    member.name().map_or_else(|_| "?".to_owned(), std::borrow::Cow::into_owned);
                f(&name, Ok(Box::new(member)))
            }
            Err(error) => {
                let name = format!("member {}", at + 1);
                f(&name, Err(error.into()))
            }
        };
        if !go_on {
            break;
        }
    }
    Ok(())
}
