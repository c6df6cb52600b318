//! Makes the streams and consumers what they must be.

use crate::{Bus, Error};

impl Bus {
    /// Creates or corrects the streams, the consumers and the bucket, and checks what the server made of it. Any service
    /// may call it at any time, and as often as it likes.
    pub async fn provision(&self) -> Result<(), Error> {
        unimplemented!()
    }
}
