//! Text as real people and their tools write it.

use crate::{json::lone_surrogate, random::Random};

/// Texts that break naive readers: each is in every world at least once.
pub fn texts() -> Vec<String> {
    vec![
        String::from("NUL in pasted log: first\0second\0"),
        format!(
            "Cut emoji {} and its other half {}",
            lone_surrogate(0xD83D),
            lone_surrogate(0xDE80)
        ),
        String::from("\u{1F680} Ship it \u{1F469}\u{200D}\u{1F4BB} \u{1F1FA}\u{1F1F3}"),
        String::from("\u{202E}مرحبا بالعالم\u{202C} (right to left)"),
        String::from("<img src=x onerror=alert(1)><script>alert('xss')</script>"),
        String::from("'); DROP TABLE builds; -- \" OR 1=1"),
        String::from("=cmd|' /C calc'!A0"),
        String::from("\u{1b}[31mred\u{1b}[0m\u{7} bell"),
        String::from("line one\r\nline two\n\ttabbed \\u0000 \\ud83d is plain text"),
        String::from("zero\u{200B}width \u{FEFF}mark e\u{301} \u{212B}"),
        String::from("{{7*7}} ${jndi:ldap://example.com/x} %s%n %00 ../../etc/passwd"),
        String::from("日本語のタイトル 标题 제목"),
        String::from("   leading and trailing   "),
        "long ".repeat(51),
    ]
}

/// A description of about 300 KB.
pub fn huge() -> String {
    let paragraph =
        "<p>All work and no play makes Jack a dull boy &amp; \u{1F415}. \"Quoted\" \\ back.</p>\n";
    paragraph.repeat(300 * 1024 / paragraph.len())
}

const VERBS: [&str; 10] = [
    "Add", "Fix", "Remove", "Speed up", "Document", "Test", "Rename", "Split", "Upgrade",
    "Simplify",
];
const THINGS: [&str; 12] = [
    "the invoice page",
    "sign-in",
    "the nightly job",
    "retry of payments",
    "the search index",
    "address book",
    "audit log",
    "the mobile client",
    "rate limiting",
    "CSV export",
    "dark mode",
    "the \"Über\" report",
];

/// An ordinary line; one in forty is awkward.
pub fn line(random: &mut Random, number: usize) -> String {
    let awkward = texts();
    if let Some(text) = awkward.get(number) {
        return text.clone();
    }
    if random.below(40) == 0 {
        return random.pick(&awkward).clone();
    }
    format!("{} {} #{number}", random.pick(&VERBS), random.pick(&THINGS))
}
