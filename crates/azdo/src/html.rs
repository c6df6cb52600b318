//! The little that is read of HTML pages that come in place of an answer.

/// Whether the text is a page for people.
pub(crate) fn is_html(text: &str) -> bool {
    text.trim_start().starts_with('<')
}

/// The page's title, with its entities decoded.
pub(crate) fn title(text: &str) -> Option<String> {
    // `to_ascii_lowercase` keeps all offsets.
    let lower = text.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let start = open + lower[open..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    Some(unescaped(text[start..end].trim()))
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = rest.find(';').filter(|end| *end <= 8);
        if let Some((letter, end)) = entity.and_then(|end| Some((letter(&rest[1..end])?, end))) {
            plain.push(letter);
            rest = &rest[end + 1..];
        } else {
            plain.push('&');
            rest = &rest[1..];
        }
    }
    plain.push_str(rest);
    plain
}

fn letter(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "nbsp" => Some(' '),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_is_read_with_its_entities() {
        let page = "<!DOCTYPE html ><html><head><TITLE>The organization&#39;s &amp; &#x27;x&#x27; & y</title>";
        assert_eq!(title(page).unwrap(), "The organization's & 'x' & y");
    }

    #[test]
    fn a_page_without_a_title_has_none() {
        assert_eq!(title("<html><title>cut"), None);
        assert_eq!(title("<title"), None);
    }
}
