package com.example.producer.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.example.producer.event.Draft.DraftEntity;
import com.example.producer.fault.BrokenField;
import com.example.producer.fault.Fault;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventRulesTest {
    private static final DraftEntity LOAN = new DraftEntity("Loan", "1", Attributes.of("{}"), false);

    private static Draft draft(Draft.Header header, DraftEntity... entities) {
        return new Draft(header, new Draft.Body(new Draft.Entities(List.of(entities), entities.length)));
    }

    private static Draft.Header named(@Nullable String eventName) {
        return new Draft.Header(null, eventName, null, null, null);
    }

    private static Draft dated(EventDate date) {
        return draft(new Draft.Header(null, "LoanCreated", date, null, null), LOAN);
    }

    private static Draft withAttributes(String json) {
        return draft(named("LoanCreated"), new DraftEntity("Loan", "1", Attributes.of(json), false));
    }

    private static List<String> broken(Draft draft) {
        Throwable refusal = catchThrowable(() -> EventRules.check(draft));
        return refusal == null
                ? List.of()
                : Fault.from(refusal).fields().stream().map(BrokenField::path).toList();
    }

    @Test
    void everyBrokenFieldIsNamed() {
        Draft.Header header = new Draft.Header("x", " ", EventDate.ofText("yesterday"), EventDate.ofText(""), "\0");
        Draft draft = draft(
                header,
                LOAN,
                DraftEntity.NULL,
                new DraftEntity(null, "", null, false),
                new DraftEntity("t".repeat(101), "i".repeat(256), Attributes.of("{\"a\":1e999}"), false));
        assertThat(broken(draft))
                .containsExactlyInAnyOrder(
                        "eventHeader.uuid",
                        "eventHeader.eventName",
                        "eventHeader.createdDate",
                        "eventHeader.savedDate",
                        "eventHeader.eventType",
                        "eventBody.entities[1]",
                        "eventBody.entities[2].entityType",
                        "eventBody.entities[2].entityId",
                        "eventBody.entities[2].updatedAttributes",
                        "eventBody.entities[3].entityType",
                        "eventBody.entities[3].entityId",
                        "eventBody.entities[3].updatedAttributes");
    }

    @Test
    void anAbsentObjectIsNamedItself() {
        assertThat(broken(new Draft(null, null))).containsExactlyInAnyOrder("eventHeader", "eventBody");
        assertThat(broken(new Draft(named("a"), new Draft.Body(null)))).containsExactly("eventBody.entities");
    }

    @Test
    void anEventHoldsOneToAHundredEntities() {
        assertThat(broken(draft(named("a")))).containsExactly("eventBody.entities");
        List<DraftEntity> hundred = Collections.nCopies(100, LOAN);
        assertThat(broken(new Draft(named("a"), new Draft.Body(new Draft.Entities(hundred, 100)))))
                .isEmpty();
        assertThat(broken(new Draft(named("a"), new Draft.Body(new Draft.Entities(hundred, 101)))))
                .containsExactly("eventBody.entities");
    }

    @Nested
    class Names {
        @Test
        void lengthsCountCodePoints() {
            assertThat(broken(draft(named("🚗".repeat(255)), LOAN))).isEmpty();
            assertThat(broken(draft(named("🚗".repeat(256)), LOAN))).containsExactly("eventHeader.eventName");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    " ",
                    "\t\r\n\u000b\f",
                    "\u0085",
                    "\u00a0",
                    "\u1680\u2000\u200a",
                    "\u2028\u2029\u202f\u205f\u3000"
                })
        void whiteSpaceAloneIsBlank(String name) {
            assertThat(broken(draft(named(name), LOAN))).containsExactly("eventHeader.eventName");
        }

        @ParameterizedTest
        @ValueSource(strings = {"\u200b", "\u001c", "\ufeff", " a ", "\u180e"})
        void otherCharactersAreNot(String name) {
            assertThat(broken(draft(named(name), LOAN))).isEmpty();
        }
    }

    @Nested
    class Dates {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "2024-01-15T10:30:00Z",
                    "2024-01-15t10:30:00z",
                    "2024-02-29T23:59:59.123456789+23:59",
                    "0001-01-01T00:00:00-00:00",
                    "9999-12-31T00:00:00.1Z",
                    "0",
                    "000000000000001",
                    "999999999999999"
                })
        void areTaken(String text) {
            assertThat(broken(dated(EventDate.ofText(text)))).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "2023-02-29T00:00:00Z",
                    "2024-02-30T00:00:00Z",
                    "2024-13-01T00:00:00Z",
                    "2024-00-01T00:00:00Z",
                    "2024-01-00T00:00:00Z",
                    "0000-01-01T00:00:00Z",
                    "2024-01-15T24:00:00Z",
                    "2024-01-15T10:60:00Z",
                    "2024-01-15T10:30:60Z",
                    "2024-01-15T10:30:00",
                    "2024-01-15 10:30:00Z",
                    "2024-01-15T10:30:00.Z",
                    "2024-01-15T10:30:00.1234567890Z",
                    "2024-01-15T10:30:00,1Z",
                    "2024-01-15T10:30:00+24:00",
                    "2024-01-15T10:30:00+0100",
                    "2024-01-15T10:30:00Z ",
                    "٢٠٢٤-01-15T10:30:00Z",
                    "-1",
                    "1.0",
                    "1000000000000000"
                })
        void areRefused(String text) {
            assertThat(broken(dated(EventDate.ofText(text)))).containsExactly("eventHeader.createdDate");
        }

        @Test
        void asNumbersArePlainDigits() {
            assertThat(broken(dated(EventDate.ofNumber("1705314600000")))).isEmpty();
            for (String literal : List.of("-0", "-1", "1.0", "1e3", "1000000000000000")) {
                assertThat(broken(dated(EventDate.ofNumber(literal)))).containsExactly("eventHeader.createdDate");
            }
        }
    }

    @Nested
    class AttributeRules {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{}",
                    "{\"a\":1.7976931348623157e308}",
                    "{\"a\":-0,\"b\":\"1e999\",\"c\":\"\\\\u0000\"}",
                    "{\"a\":[\"{{{{{{{{{{{{{{{{{{{{{{{{{{{{\"]}"
                })
        void areKept(String json) {
            assertThat(broken(withAttributes(json))).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"{\"a\":1e309}", "{\"a\":[-1e309]}", "{\"a\":\"\\u0000\"}", "{\"x\\u0000\":1}"})
        void areBroken(String json) {
            assertThat(broken(withAttributes(json))).containsExactly("eventBody.entities[0].updatedAttributes");
        }

        @Test
        void twentyLevelsAreAllowedAndTwentyOneAreNot() {
            assertThat(broken(withAttributes("{\"a\":" + "[".repeat(19) + "]".repeat(19) + "}")))
                    .isEmpty();
            assertThat(broken(withAttributes("{\"a\":" + "[".repeat(20) + "]".repeat(20) + "}")))
                    .hasSize(1);
        }

        @Test
        void numbersStayAsTheyAreWhereTheDatabaseCanHoldThem() {
            assertThat(Attributes.of("{\"a\":24439.750,\"b\":[-0.10]}").json())
                    .isEqualTo("{\"a\":24439.750,\"b\":[-0.10]}");
            assertThat(Attributes.of("{\"a\":0e99999,\"b\":1e-20000,\"c\":1E3}").json())
                    .isEqualTo("{\"a\":0.0,\"b\":0.0,\"c\":1000.0}");
            assertThat(Attributes.of("{\"a\":5e-324,\"b\":-1e-323,\"c\":1.5e-323}")
                            .json())
                    .isEqualTo("{\"a\":5E-324,\"b\":-1E-323,\"c\":1.5E-323}");
            assertThat(Attributes.of("{\"a\":" + "9".repeat(400) + "}").breach())
                    .isNotNull();
        }
    }
}
