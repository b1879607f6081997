package com.example.producer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.r2dbc.spi.ConnectionFactoryOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** DATABASE_URL, taken apart and read again by the driver. */
class DatabaseUrlTest {
    private static final String SECRET = "s3cret";

    private static DatabaseUrl parse(String url) {
        return DatabaseUrl.parse(url, "producer-api-java-rest");
    }

    /** What the driver will see. */
    private static ConnectionFactoryOptions options(DatabaseUrl url) {
        return ConnectionFactoryOptions.parse(url.r2dbcUrl());
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://ada:pw@db:5433/cars, db, 5433, cars, ada, pw",
        "postgres://ada:pw@db/cars, db, 5432, cars, ada, pw",
        "postgresql://ada@db/cars, db, 5432, cars, ada,",
        "postgresql://ada:pw@db, db, 5432, ada, ada, pw",
        "postgresql://ada:pw@db/, db, 5432, ada, ada, pw",
        "postgresql://ada:p:w@db/cars, db, 5432, cars, ada, p:w",
        "postgresql://a%40b:p%2Fw+%25@db/c%20d, db, 5432, c d, a@b, p/w+%",
    })
    void everyPartArrives(String url, String host, int port, String database, String user, String password) {
        DatabaseUrl parsed = parse(url);
        ConnectionFactoryOptions seen = options(parsed);
        assertThat(seen.getValue(ConnectionFactoryOptions.HOST)).isEqualTo(host);
        assertThat(seen.getValue(ConnectionFactoryOptions.PORT)).isEqualTo(port);
        assertThat(seen.getValue(ConnectionFactoryOptions.DATABASE)).isEqualTo(database);
        assertThat(parsed.user()).isEqualTo(user);
        assertThat(parsed.password()).isEqualTo(password);
    }

    @Test
    void withoutAUserItIsTheOneOfTheSystem() {
        assertThat(parse("postgresql://db/cars").user()).isEqualTo(System.getProperty("user.name"));
    }

    @Test
    void parametersGetTheDriversNames() {
        String url = parse("postgresql://ada@db/cars?sslmode=verify-full&sslrootcert=/ca.pem")
                .r2dbcUrl();
        assertThat(url).endsWith("?applicationName=producer-api-java-rest&sslMode=verify-full&sslRootCert=/ca.pem");
    }

    @ParameterizedTest
    @ValueSource(strings = {"connect_timeout=1", "password=" + SECRET, "sslmode", "", "sslmode=require&"})
    void aParameterThatNobodyReadsIsRefusedAndNotRepeated(String query) {
        assertThatThrownBy(() -> parse("postgresql://ada@db/cars?" + query))
                .isInstanceOf(SettingException.class)
                .hasMessage("DATABASE_URL: has a parameter that is none of sslmode, sslrootcert");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mysql://ada:s3cret@db/cars",
                "postgresql://ada:s3cret@db:port/cars",
                "postgresql://ada:s3cret@db:99999999999/cars",
                "postgresql://ada:s3cret @db/cars",
                "postgresql://ada:s3cret%zz@db/cars",
                "ada:s3cret@db/cars",
                "s3cret",
                "postgresql:ada:s3cret@db/cars",
            })
    void whatIsNoSuchUrlIsRefusedWithoutItsPassword(String url) {
        assertThatThrownBy(() -> parse(url))
                .isInstanceOf(SettingException.class)
                .hasNoCause()
                .message()
                .startsWith("DATABASE_URL: ")
                .doesNotContain(SECRET);
    }

    @Test
    void everyNameAndPasswordSurvivesTheWay() {
        Random random = new Random(20_240_115);
        for (int at = 0; at < 2000; at++) {
            String user = anyText(random);
            String password = anyText(random);
            // The driver takes spaces from the ends of the name.
            String database = "d" + anyText(random) + "d";
            DatabaseUrl parsed =
                    parse("postgresql://" + encoded(user) + ":" + encoded(password) + "@db/" + encoded(database));
            assertThat(parsed.user()).isEqualTo(user);
            assertThat(parsed.password()).isEqualTo(password);
            assertThat(options(parsed).getValue(ConnectionFactoryOptions.DATABASE))
                    .isEqualTo(database);
            assertThat(parse("postgresql://u:" + encoded(SECRET + password) + "@db/d")
                            .toString())
                    .doesNotContain(SECRET);
        }
    }

    /** One to twelve characters, most of them such as mean something in a URL. */
    private static String anyText(Random random) {
        String common = "aZ0:/?#[]@!$&'()*+,;=% \"\\<>^`{|}~.-_ä漢\uD83D\uDE80";
        int[] letters = common.codePoints().toArray();
        StringBuilder text = new StringBuilder();
        for (int left = 1 + random.nextInt(12); left > 0; left--) {
            text.appendCodePoint(letters[random.nextInt(letters.length)]);
        }
        return text.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
