//! The words of titles, messages, comments and source files, the awkward ones of real life included.

use crate::{json::lone_surrogate, random::Random};

const VERBS: [&str; 14] = [
    "Add", "Fix", "Remove", "Rename", "Speed up", "Simplify", "Document", "Test", "Retry", "Cache",
    "Validate", "Log", "Upgrade", "Revert",
];
const THINGS: [&str; 20] = [
    "basket",
    "checkout",
    "invoice",
    "login page",
    "search index",
    "price list",
    "mail queue",
    "report",
    "schema",
    "session",
    "customer import",
    "rate limit",
    "health check",
    "stock level",
    "address form",
    "voucher",
    "audit trail",
    "payment callback",
    "image upload",
    "feature flag",
];
const REASONS: [&str; 10] = [
    "when the network is slow",
    "for guests",
    "on Windows",
    "after a restart",
    "with an empty cart",
    "in the nightly job",
    "for large tenants",
    "when two tabs are open",
    "before the release",
    "behind a proxy",
];
const SENTENCES: [&str; 10] = [
    "The old way asked the database once per row.",
    "Nobody noticed because the alert went to a mailbox that is gone.",
    "See the discussion in the pull request.",
    "This keeps the public interface as it was.",
    "Measured: 40 % fewer queries on the start page.",
    "Follow-up: remove the switch after two weeks.",
    "The test failed once in fifty runs; now it waits for the condition.",
    "Customers in two time zones saw yesterday's prices.",
    "Rolled back last week, now with the missing index.",
    "No change of behaviour intended.",
];
const TOKENS: [&str; 24] = [
    "let", "mut", "order", "total", "price", "return", "match", "item", "queue", "push", "store",
    "find", "config", "retry", "count", "result", "user", "limit", "cache", "index", "stock",
    "async", "await", "error",
];

/// What a change is about, in one line.
pub(crate) fn title(random: &mut Random) -> String {
    let (verb, thing) = (*random.pick(&VERBS), *random.pick(&THINGS));
    if random.chance(50) {
        format!("{verb} {thing} {}", random.pick(&REASONS))
    } else {
        format!("{verb} {thing}")
    }
}

/// A few sentences.
pub(super) fn paragraph(random: &mut Random, sentences: usize) -> String {
    (0..sentences)
        .map(|_| *random.pick(&SENTENCES))
        .collect::<Vec<_>>()
        .join(" ")
}

/// A commit message; at times without a body, without a final newline, empty, with line ends of Windows, or huge.
pub(super) fn message(random: &mut Random, number: usize) -> String {
    match number % 97 {
        11 => String::new(),
        23 => format!("{}\r\n\r\nFrom a Windows client.\r\n", title(random)),
        37 => format!("🚀 {} – für «Größe» naïve 日本語\n", title(random)),
        53 => title(random),
        61 => format!("{}\n\n{}\n", title(random), paragraph(random, 400)),
        79 => format!(
            "Merged {}\n\n    indented\n\n\n    and more\n\n",
            title(random)
        ),
        83 => format!(
            "'); DROP TABLE commits; -- <img src=x onerror=alert(1)> \u{1b}[31m{}\n",
            title(random)
        ),
        _ if random.chance(40) => {
            let sentences = random.below(4) + 1;
            format!("{}\n\n{}\n", title(random), paragraph(random, sentences))
        }
        _ => format!("{}\n", title(random)),
    }
}

/// A description of a pull request: empty, exactly at the cut of lists, over it, with NUL, a lone surrogate and markup.
pub(super) fn description(random: &mut Random, number: usize) -> String {
    match number % 23 {
        2 => String::new(),
        4 => "x".repeat(400),
        6 => format!("{}y", "x".repeat(400)),
        8 => format!("NUL \0 and a broken emoji {} end", lone_surrogate(0xD83D)),
        10 => format!("{}\n\n{}", paragraph(random, 3), "🧪 test ".repeat(120)),
        12 => format!(
            "# {}\n\n- [ ] <script>alert('x')</script>\n\n{}",
            title(random),
            paragraph(random, 30)
        ),
        14 => format!("{}{}", "a".repeat(399), lone_surrogate(0xDE00)),
        // A surrogate pair that straddles the cut: the list has its first half only.
        16 => format!("{}😀 and on it goes", "b".repeat(399)),
        _ => {
            let sentences = random.below(6) + 1;
            paragraph(random, sentences)
        }
    }
}

/// A comment of a reviewer.
pub(super) fn comment(random: &mut Random, number: usize) -> String {
    match number % 41 {
        7 => "👍".to_owned(),
        13 => format!("```\n{}\n```\nwhat about \0 here?", source_line(random)),
        19 => format!("lost half an emoji: {}", lone_surrogate(0xDC4D)),
        29 => paragraph(random, 120),
        _ => {
            let sentences = random.below(2) + 1;
            paragraph(random, sentences)
        }
    }
}

/// A line of a source file.
pub(super) fn source_line(random: &mut Random) -> String {
    let indent = "    ".repeat(random.below(3));
    let words = random.below(5) + 2;
    let text = (0..words)
        .map(|_| *random.pick(&TOKENS))
        .collect::<Vec<_>>()
        .join(" ");
    format!("{indent}{text} {};", random.below(1_000))
}

/// Some lines of a source file.
pub(super) fn source(random: &mut Random, lines: usize) -> Vec<u8> {
    let mut text = String::with_capacity(lines * 36);
    for _ in 0..lines {
        text.push_str(&source_line(random));
        text.push('\n');
    }
    text.into_bytes()
}

/// The same text after somebody worked on it: a few lines changed, added and removed.
pub(super) fn edited(random: &mut Random, content: &[u8]) -> Vec<u8> {
    let mut lines = content
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect::<Vec<_>>();
    let edits = random.below(4) + 1;
    for _ in 0..edits {
        let at = random.below(lines.len());
        let line = format!("{}\n", source_line(random)).into_bytes();
        match random.below(3) {
            0 if lines.len() > 3 => drop(lines.remove(at)),
            1 if !lines.is_empty() => lines[at] = line,
            _ => lines.insert(at, line),
        }
    }
    lines.concat()
}

/// The name of a file of source code.
pub(super) fn path(random: &mut Random) -> Vec<u8> {
    let thing = random.pick(&THINGS).replace(' ', "_");
    let folder = *random.pick(&["src", "src/web", "src/store", "tests", "docs", "deploy"]);
    let ending = *random.pick(&["rs", "cs", "ts", "py", "md", "yml"]);
    format!("{folder}/{thing}_{}.{ending}", random.below(90)).into_bytes()
}

/// The part of a branch name after the folder.
pub(super) fn slug(random: &mut Random) -> String {
    title(random).to_lowercase().replace(' ', "-")
}
