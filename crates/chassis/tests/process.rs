//! The chassis as operators meet it: a process, its signals, its exit codes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Stdio};

struct Service {
    child: Child,
    errors: BufReader<ChildStderr>,
    address: String,
    said: String,
}

/// Cargo puts examples beside the folder of the tests.
fn example() -> PathBuf {
    let tests = std::env::current_exe().expect("a test is a file");
    tests
        .ancestors()
        .nth(2)
        .expect("target/debug")
        .join("examples/service")
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(example());
    command.args(arguments).env_clear().stderr(Stdio::piped());
    command
}

impl Service {
    /// Starts it and waits for the line that tells its health address.
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments)
            .spawn()
            .expect("the example is built with the tests");
        let errors = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut service = Self {
            child,
            errors,
            address: String::new(),
            said: String::new(),
        };
        let line = service.until("/readyz");
        let address = line
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split('/').next());
        address
            .expect("an address")
            .clone_into(&mut service.address);
        service
    }

    fn until(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.errors.read_line(&mut line).expect("text");
            assert!(
                read > 0,
                "it ended without `{text}`; it said:\n{}",
                self.said
            );
            self.said += &line;
            if line.contains(text) {
                return line;
            }
        }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }

    fn until_ready(&self) {
        self.until_answer("HTTP/1.1 200");
    }

    fn until_answer(&self, text: &str) -> String {
        loop {
            let answer = self.get("/readyz");
            if answer.contains(text) {
                return answer;
            }
        }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([name, &self.child.id().to_string()])
            .status();
        assert!(sent.expect("kill is everywhere").success());
    }

    /// The exit code, and all that it said.
    fn end(mut self) -> (Option<i32>, String) {
        self.errors.read_to_string(&mut self.said).expect("text");
        let code = self.child.wait().expect("it ends").code();
        (code, std::mem::take(&mut self.said))
    }
}

impl Drop for Service {
    /// A failed test must not leave it behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_signal_lets_work_in_hand_finish() {
    for name in ["-TERM", "-INT"] {
        let service = Service::start(&[]);
        service.until_ready();
        service.signal(name);
        let (code, said) = service.end();
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("finished the page"), "{said}");
    }
}

#[test]
fn a_second_signal_drops_what_does_not_end() {
    let mut service = Service::start(&["--behaviour", "deaf"]);
    service.until_ready();
    service.signal("-TERM");
    service.until("finishing");
    assert!(service.get("/livez").starts_with("HTTP/1.1 200"));
    assert!(service.get("/readyz").contains("stopping"));
    service.signal("-TERM");
    let (code, said) = service.end();
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("error: stopped before these had finished: example/pages"),
        "{said}"
    );
}

#[test]
fn the_grace_is_not_endless() {
    let service = Service::start(&["--behaviour", "deaf", "--shutdown-grace", "1s"]);
    service.until_ready();
    service.signal("-TERM");
    assert_eq!(service.end().0, Some(1));
}

#[test]
fn a_loop_that_ends_is_a_crash_that_is_told_once() {
    let (code, said) = Service::start(&["--behaviour", "crash"]).end();
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.ends_with("error: pages of example failed\n  because: lost the database\n"),
        "{said}"
    );
    assert_eq!(said.matches("lost the database").count(), 1, "{said}");
}

#[test]
fn bad_configuration_has_an_exit_code_and_a_remedy() {
    let (code, said) = Service::start(&["--behaviour", "misconfigured"]).end();
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.ends_with("error: there is no key ring\n  to do: set ADIT_KEY_RING_FILE\n"),
        "{said}"
    );
}

#[test]
fn a_service_that_is_not_ready_says_why_and_can_be_stopped() {
    let service = Service::start(&["--behaviour", "unready"]);
    let answer = service.until_answer("connection refused");
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    service.signal("-TERM");
    assert_eq!(service.end().0, Some(0));
}

fn refused(command: &mut Command) -> (Option<i32>, String) {
    let output = command
        .output()
        .expect("the example is built with the tests");
    (
        output.status.code(),
        String::from_utf8(output.stderr).expect("text"),
    )
}

#[test]
fn a_misspelt_variable_is_refused() {
    let (code, said) = refused(command(&[]).env("ADIT_LOG_FROMAT", "json"));
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("ADIT_LOG_FROMAT") && said.contains("did you mean ADIT_LOG_FORMAT?"),
        "{said}"
    );
}

#[test]
fn bad_options_are_refused() {
    let cases = [
        ("ADIT_LOG", "info,x=loud"),
        ("ADIT_HEALTH_LISTEN", "everywhere"),
        ("ADIT_HEALTH_LISTEN", "192.0.2.1:80"),
    ];
    for (name, value) in cases {
        let (code, said) = refused(command(&[]).env(name, value));
        assert_eq!(code, Some(2), "{name}={value}: {said}");
    }
}

#[test]
fn json_logs_are_json() {
    let mut child = command(&[])
        .env("ADIT_LOG_FORMAT", "json")
        .spawn()
        .expect("the example is built with the tests");
    let mut line = String::new();
    let mut errors = BufReader::new(child.stderr.take().expect("it is piped"));
    errors.read_line(&mut line).expect("text");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    let event: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(event["level"], "INFO");
    assert!(
        event["health"]
            .as_str()
            .expect("a URL")
            .starts_with("http://127.0.0.1:"),
        "{line}"
    );
}
