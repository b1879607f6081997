package com.example.producer.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * DATABASE_URL in the parts that R2DBC wants.
 *
 * @param r2dbcUrl where the database is, without user and password; it has parameters
 */
public record DatabaseUrl(
        String r2dbcUrl, String user, @Nullable String password) {
    private static final String VARIABLE = "DATABASE_URL";
    private static final String R2DBC = "r2dbc:postgresql://";
    private static final int DEFAULT_PORT = 5432;

    /** libpq's names of parameters, and the driver's. */
    private static final Map<String, String> PARAMETERS = Map.of("sslmode", "sslMode", "sslrootcert", "sslRootCert");

    /**
     * Reads {@code postgresql://user:password@host:port/database}.
     *
     * @param application what the server calls its connections
     * @throws SettingException without the value, which holds a password
     */
    static DatabaseUrl parse(String value, String application) {
        URI uri;
        try {
            uri = new URI(value);
        } catch (URISyntaxException notAUrl) {
            throw notAPostgresUrl();
        }
        boolean isPostgres = "postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme());
        if (!isPostgres) {
            throw notAPostgresUrl();
        }
        if (uri.getHost() == null) {
            throw uri.getRawAuthority() == null ? new SettingException(VARIABLE, "names no host") : notAPostgresUrl();
        }
        String userInfo = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo();
        int colon = userInfo.indexOf(':');
        String user = decoded(colon < 0 ? userInfo : userInfo.substring(0, colon));
        String password = colon < 0 ? null : decoded(userInfo.substring(colon + 1));
        if (user.isEmpty()) {
            user = System.getProperty("user.name");
        }
        return new DatabaseUrl(r2dbcUrl(uri, user, application), user, password);
    }

    private static String r2dbcUrl(URI uri, String user, String application) {
        int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
        String path = uri.getRawPath();
        String database = path.length() > 1 ? decoded(path.substring(1)) : user;
        StringJoiner parameters = new StringJoiner("&");
        parameters.add("applicationName=" + encoded(application));
        if (uri.getRawQuery() != null) {
            addParameters(uri.getRawQuery(), parameters);
        }
        return R2DBC + uri.getHost() + ":" + port + "/" + encoded(database) + "?" + parameters;
    }

    private static void addParameters(String query, StringJoiner parameters) {
        for (String parameter : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String driversName = equals < 0 ? null : PARAMETERS.get(parameter.substring(0, equals));
            if (driversName == null) {
                throw new SettingException(VARIABLE, "has a parameter that is none of sslmode, sslrootcert");
            }
            parameters.add(driversName + "=" + parameter.substring(equals + 1));
        }
    }

    private static String decoded(String text) {
        try {
            // In this part of a URL a plus is a plus.
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            throw notAPostgresUrl();
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static SettingException notAPostgresUrl() {
        return new SettingException(VARIABLE, "is not of the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
    }

    /** Without the password, by whatever way it may come into a text. */
    @Override
    public String toString() {
        return r2dbcUrl.substring(R2DBC.length(), r2dbcUrl.indexOf('?')) + " user=" + user;
    }
}
