package com.example.producer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The variables as they were typed, and what they mean. */
class SettingsTest {
    private static final String URL = "postgresql://ada:s3cret@db:5433/cars";

    private static Settings of(String port, String address, String maxConnections, String logLevel) {
        return Settings.of(typed(port, address, URL, maxConnections, logLevel));
    }

    private static ProducerProperties typed(
            String port, String address, String databaseUrl, String maxConnections, String logLevel) {
        return new ProducerProperties(
                "producer-api-java-rest", "SERVER_PORT", 8081, port, address, databaseUrl, maxConnections, logLevel);
    }

    @Test
    void anEmptyVariableIsAnAbsentOne() {
        Settings settings = Settings.of(typed("", "", "", "", ""));
        assertThat(settings.address()).isEqualTo("127.0.0.1");
        assertThat(settings.port()).isEqualTo(8081);
        assertThat(settings.maxConnections()).isEqualTo(10);
        assertThat(settings.logLevel()).isEqualTo("info");
        assertThat(settings.database().user()).isEqualTo("postgres");
        assertThat(settings.database().password()).isEqualTo("password");
        assertThat(settings.database().r2dbcUrl()).startsWith("r2dbc:postgresql://localhost:5432/car_entities?");
    }

    @Test
    void whatWasTypedIsTaken() {
        Settings settings = of("65535", "::1", "1000", "DEBUG");
        assertThat(settings.address()).isEqualTo("::1");
        assertThat(settings.port()).isEqualTo(65_535);
        assertThat(settings.maxConnections()).isEqualTo(1000);
        assertThat(settings.logLevel()).isEqualTo("debug");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "255.255.255.255", "::", "fe80::1", "2001:DB8::7", "::ffff:127.0.0.1"})
    void anAddressIsOfEitherKind(String typed) {
        assertThat(of("", typed, "", "").address()).isEqualTo(typed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "-1", "80 ", "8O", "1e3", "99999999999", "٨٠"})
    void aPortIsANumberThatAPortCanHave(String typed) {
        assertThatThrownBy(() -> of(typed, "", "", ""))
                .isInstanceOf(SettingException.class)
                .hasMessage("SERVER_PORT: \"" + typed + "\" is not a port (1 to 65535)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1001", "many", "10.0", "-5"})
    void thePoolHasOneToAThousandConnections(String typed) {
        assertThatThrownBy(() -> of("", "", typed, ""))
                .hasMessage("DATABASE_MAX_CONNECTIONS: \"" + typed + "\" is not a whole number from 1 to 1000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "everywhere",
                "localhost",
                "256.0.0.1",
                "1.2.3",
                "1.2.3.4.5",
                "127.0.0.1:80",
                "[::1]",
                "fe80::1%lo",
                ":"
            })
    void anAddressIsNoName(String typed) {
        assertThatThrownBy(() -> of("", typed, "", ""))
                .hasMessage("SERVER_ADDRESS: \"" + typed + "\" is not an IP address");
    }

    @Test
    void aLogLevelIsOneOfFive() {
        assertThatThrownBy(() -> of("", "", "", "loud"))
                .hasMessage("LOG_LEVEL: \"loud\" is none of error, warn, info, debug, trace");
    }

    @ParameterizedTest
    @CsvSource({"'80\n80'", "'80\r'", "'\u001b[31m80'", "'\u0000'"})
    void aComplaintIsOneLineWhateverWasTyped(String typed) {
        assertThatThrownBy(() -> of(typed, "", "", ""))
                .message()
                .startsWith("SERVER_PORT: ")
                .matches(message -> message.chars().noneMatch(Character::isISOControl), "has no control character");
    }

    @Test
    void nothingPrintsThePassword() {
        ProducerProperties typed = typed("", "", URL, "", "");
        assertThat(Settings.of(typed).toString()).contains("db:5433/cars").doesNotContain("s3cret");
        assertThat(typed.toString()).doesNotContain("s3cret");
    }
}
