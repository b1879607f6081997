//! The environment variables of a service: read once, checked, printable without secrets.

use std::ffi::OsString;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::config::{Host, SslMode};
use tracing_subscriber::EnvFilter;

const DEFAULT_DATABASE_URL: &str = "postgresql://postgres:password@localhost:5432/car_entities";
const DEFAULT_MAX_CONNECTIONS: usize = 10;
const MOST_CONNECTIONS: usize = 1_000;

/// How long the database may take to accept a connection, unless the URL says otherwise.
const CONNECT_PATIENCE: Duration = Duration::from_secs(2);
/// How long sent bytes may stay unacknowledged before a connection counts as dead.
const DEAD_PEER_PATIENCE: Duration = Duration::from_secs(10);

/// What distinguishes one service from another before it reads anything.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// Its name, as in the folder and the log.
    pub name: &'static str,
    /// The variable that holds its port.
    pub port_variable: &'static str,
    /// The port without that variable.
    pub default_port: u16,
}

/// A setting that stops the start. Prints as one line that begins with the variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct BadSetting {
    variable: String,
    problem: String,
}

impl BadSetting {
    fn new(variable: &str, problem: impl Into<String>) -> Self {
        Self { variable: variable.to_owned(), problem: problem.into() }
    }
}

/// The checked settings. Prints without the password.
#[derive(Debug, Clone)]
pub struct Config {
    /// The service's name.
    pub service: &'static str,
    /// The variable that holds the port.
    pub port_variable: &'static str,
    /// Where to listen: `SERVER_ADDRESS` and the service's port variable.
    pub listen: SocketAddr,
    /// `DATABASE_URL`.
    pub database: tokio_postgres::Config,
    /// `DATABASE_MAX_CONNECTIONS`.
    pub max_connections: usize,
    /// `RUST_LOG`, else `LOG_LEVEL`: a filter that is known to parse.
    pub log_filter: String,
}

impl Config {
    /// Reads the settings of `service` through `variable` (in a service: `std::env::var_os`).
    /// A variable that is empty counts as absent.
    ///
    /// Errors: the first [`BadSetting`]; its text never shows a password.
    pub fn read(service: Service, variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, BadSetting> {
        let text = |name: &str| match variable(name) {
            Some(value) if value.is_empty() => Ok(None),
            Some(value) => {
                value.into_string().map(Some).map_err(|_| BadSetting::new(name, "is not valid UTF-8"))
            }
            None => Ok(None),
        };
        let address = "SERVER_ADDRESS";
        let ip = match text(address)? {
            None => IpAddr::V4(Ipv4Addr::LOCALHOST),
            Some(value) => value
                .parse()
                .map_err(|_| BadSetting::new(address, format!("{value:?} is not an IP address")))?,
        };
        let port = match text(service.port_variable)? {
            None => service.default_port,
            Some(value) => parse_port(service.port_variable, &value)?,
        };
        let url = text("DATABASE_URL")?.unwrap_or_else(|| DEFAULT_DATABASE_URL.to_owned());
        let connections = "DATABASE_MAX_CONNECTIONS";
        let max_connections = match text(connections)? {
            None => DEFAULT_MAX_CONNECTIONS,
            Some(value) => parse_connections(connections, &value)?,
        };
        Ok(Self {
            service: service.name,
            port_variable: service.port_variable,
            listen: SocketAddr::new(ip, port),
            database: parse_database(&url, service.name)?,
            max_connections,
            log_filter: log_filter(text("RUST_LOG")?, text("LOG_LEVEL")?)?,
        })
    }
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = match self.database.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            #[cfg(unix)]
            Some(Host::Unix(folder)) => folder.display().to_string(),
            None => String::new(),
        };
        let port = self.database.get_ports().first().copied().unwrap_or(5432);
        let database = self.database.get_dbname().unwrap_or_default();
        let user = self.database.get_user().unwrap_or_default();
        write!(
            f,
            "listen={} database={host}:{port}/{database} user={user} max_connections={} log={}",
            self.listen, self.max_connections, self.log_filter
        )
    }
}

fn parse_port(variable: &str, value: &str) -> Result<u16, BadSetting> {
    value
        .parse()
        .ok()
        .filter(|port| *port != 0)
        .ok_or_else(|| BadSetting::new(variable, format!("{value:?} is not a port (1 to 65535)")))
}

fn parse_connections(variable: &str, value: &str) -> Result<usize, BadSetting> {
    value.parse().ok().filter(|count| (1..=MOST_CONNECTIONS).contains(count)).ok_or_else(|| {
        BadSetting::new(variable, format!("{value:?} is not a whole number from 1 to {MOST_CONNECTIONS}"))
    })
}

/// The text of a bad URL may hold a password, so it is never repeated.
fn parse_database(url: &str, service: &str) -> Result<tokio_postgres::Config, BadSetting> {
    let bad = |problem: &str| BadSetting::new("DATABASE_URL", problem);
    let form = "is not of the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE";
    if !url.starts_with("postgresql://") && !url.starts_with("postgres://") {
        return Err(bad(form));
    }
    let mut database = tokio_postgres::Config::from_str(url).map_err(|_| bad(form))?;
    if database.get_hosts().is_empty() {
        return Err(bad("names no host"));
    }
    if database.get_ssl_mode() == SslMode::Require {
        return Err(bad("asks for sslmode=require, and this service speaks no TLS"));
    }
    if database.get_connect_timeout().is_none() {
        database.connect_timeout(CONNECT_PATIENCE);
    }
    if database.get_tcp_user_timeout().is_none() {
        database.tcp_user_timeout(DEAD_PEER_PATIENCE);
    }
    if database.get_application_name().is_none() {
        database.application_name(service);
    }
    Ok(database)
}

fn log_filter(directives: Option<String>, level: Option<String>) -> Result<String, BadSetting> {
    if let Some(directives) = directives {
        return match EnvFilter::try_new(&directives) {
            Ok(_) => Ok(directives),
            Err(_) => Err(BadSetting::new("RUST_LOG", format!("{directives:?} is not a log filter"))),
        };
    }
    let level = level.map_or_else(|| "info".to_owned(), |level| level.to_ascii_lowercase());
    if ["error", "warn", "info", "debug", "trace"].contains(&level.as_str()) {
        return Ok(level);
    }
    let problem = format!("{level:?} is none of error, warn, info, debug, trace");
    Err(BadSetting::new("LOG_LEVEL", problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: Service =
        Service { name: "producer-api-test", port_variable: "SERVER_PORT", default_port: 8081 };

    fn read(variables: &[(&str, &str)]) -> Result<Config, String> {
        let find = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        };
        Config::read(SERVICE, find).map_err(|bad| bad.to_string())
    }

    #[test]
    fn nothing_set_gives_the_documented_defaults() {
        assert_eq!(
            read(&[]).unwrap().to_string(),
            "listen=127.0.0.1:8081 database=localhost:5432/car_entities user=postgres max_connections=10 log=info"
        );
    }

    #[test]
    fn an_empty_variable_counts_as_absent() {
        assert_eq!(read(&[("SERVER_PORT", "")]).unwrap().listen.port(), 8081);
    }

    #[test]
    fn everything_set_is_used_and_the_password_is_not_printed() {
        let config = read(&[
            ("SERVER_ADDRESS", "0.0.0.0"),
            ("SERVER_PORT", "9999"),
            ("DATABASE_URL", "postgres://ada:s3cret@db.example:6000/things"),
            ("DATABASE_MAX_CONNECTIONS", "33"),
            ("LOG_LEVEL", "WARN"),
        ]);
        assert_eq!(
            config.unwrap().to_string(),
            "listen=0.0.0.0:9999 database=db.example:6000/things user=ada max_connections=33 log=warn"
        );
    }

    #[test]
    fn rust_log_wins_over_log_level() {
        let config = read(&[("RUST_LOG", "warn,producer_core=debug"), ("LOG_LEVEL", "error")]);
        assert_eq!(config.unwrap().log_filter, "warn,producer_core=debug");
    }

    #[test]
    fn a_bad_value_is_told_on_one_line_that_begins_with_its_variable() {
        for (variable, value) in [
            ("SERVER_PORT", "abc"),
            ("SERVER_PORT", "0"),
            ("SERVER_PORT", "70000"),
            ("SERVER_PORT", "-1"),
            ("SERVER_ADDRESS", "everywhere"),
            ("DATABASE_URL", "mysql://u:s3cret@h/d"),
            ("DATABASE_URL", "postgresql://u:s3cret@h:port/d"),
            ("DATABASE_URL", "postgresql:///d"),
            ("DATABASE_URL", "postgresql://u:s3cret@h/d?sslmode=require"),
            ("DATABASE_MAX_CONNECTIONS", "0"),
            ("DATABASE_MAX_CONNECTIONS", "many"),
            ("DATABASE_MAX_CONNECTIONS", "1001"),
            ("LOG_LEVEL", "loud"),
            ("RUST_LOG", "a=b=c"),
        ] {
            let text = read(&[(variable, value)]).unwrap_err();
            assert!(text.starts_with(&format!("{variable}: ")), "{text}");
            assert!(!text.contains('\n') && !text.contains("s3cret"), "{text}");
        }
    }
}
