package com.example.producer.rest.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.example.producer.event.Draft;
import com.example.producer.event.Draft.DraftEntity;
import com.example.producer.event.EventDate;
import com.example.producer.event.EventRules;
import com.example.producer.fault.Fault;
import com.example.producer.fault.FaultKind;
import com.example.producer.ingest.BatchElement;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventJsonTest {
    private static final String VALID = around("", "");

    private static String around(String inHeader, String inEntity) {
        return "{\"eventHeader\":{\"eventName\":\"LoanCreated\"" + inHeader
                + "},\"eventBody\":{\"entities\":[{\"entityType\":\"Loan\",\"entityId\":\"1\",\"updatedAttributes\":{}"
                + inEntity + "}]}}";
    }

    private static String withAttributes(String attributes) {
        return VALID.replace("\"updatedAttributes\":{}", "\"updatedAttributes\":" + attributes);
    }

    private static Draft read(String body) {
        return EventJson.event(body.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertMalformed(byte[] body) {
        assertThatThrownBy(() -> EventJson.event(body))
                .satisfies(failure -> assertThat(Fault.from(failure).kind()).isEqualTo(FaultKind.MALFORMED));
    }

    @Nested
    class Malformed {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    " \n",
                    "event",
                    "null",
                    "[]",
                    "\"event\"",
                    "1",
                    "{",
                    "{}{}",
                    "{} x",
                    "{},",
                    "/**/{}",
                    "{'a':1}",
                    "{\"a\":1,}",
                    "{\"a\":01}",
                    "{\"a\":+1}",
                    "{\"a\":.5}",
                    "{\"a\":5.}",
                    "{\"a\":NaN}",
                    "{\"a\":\"\u0001\"}",
                    "{\"a\":\"\u0000\"}",
                    "{\"a\":\"\\x\"}",
                    "\ufeff{}",
                    "{\"eventHeader\":[]}",
                    "{\"eventHeader\":\"x\"}",
                    "{\"eventBody\":1}",
                    "{\"eventBody\":{\"entities\":{}}}",
                    "{\"eventBody\":{\"entities\":[1]}}",
                    "{\"eventHeader\":{\"eventName\":1}}",
                    "{\"eventHeader\":{\"eventName\":true}}",
                    "{\"eventHeader\":{\"eventName\":\"\"},\"eventBody\":{\"entities\":7}}"
                })
        void isNotOneJsonEvent(String body) {
            assertMalformed(body.getBytes(StandardCharsets.UTF_8));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    ",\"uuid\":1",
                    ",\"eventType\":{}",
                    ",\"createdDate\":true",
                    ",\"savedDate\":{}",
                    ",\"savedDate\":[1]",
                    ",\"eventType\":\"\\ud800\"",
                    ",\"eventType\":\"\\udc00\\ud800\"",
                    ",\"eventType\":\"a\\ud83d\""
                })
        void hasAWrongTypeInTheHeader(String member) {
            assertMalformed(around(member, "").getBytes(StandardCharsets.UTF_8));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"[]", "\"{}\"", "1", "{\"a\":[\"\\uD83D\"]}", "{\"\\uD83Dx\":1}", "{\"a\":{\"b\":tru}}"})
        void hasWrongAttributes(String attributes) {
            assertMalformed(withAttributes(attributes).getBytes(StandardCharsets.UTF_8));
        }

        @Test
        void isNotUtf8() {
            for (String charset : List.of("UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE", "UTF-16", "UTF-32")) {
                assertMalformed(VALID.getBytes(Charset.forName(charset)));
            }
            byte[] invalid = around(",\"other\":\"?\"", "").getBytes(StandardCharsets.UTF_8);
            for (int at = 0; at < invalid.length; at++) {
                if (invalid[at] == '?') {
                    for (int wrong : new int[] {0xFF, 0xC3, 0x80, 0xC0}) {
                        invalid[at] = (byte) wrong;
                        assertMalformed(invalid);
                    }
                }
            }
        }

        @Test
        void isDeeperThan64Levels() {
            assertThat(read(nested(64)).header()).isNull();
            assertMalformed(nested(65).getBytes(StandardCharsets.UTF_8));
            assertMalformed("[".repeat(100_000).getBytes(StandardCharsets.UTF_8));
            assertMalformed("{\"a\":".repeat(100_000).getBytes(StandardCharsets.UTF_8));
        }

        private String nested(int levels) {
            return "{\"a\":" + "[".repeat(levels - 1) + "]".repeat(levels - 1) + "}";
        }
    }

    @Nested
    class TakenAsSent {
        @Test
        void decodesStringsAndKeepsTheTextOfAttributes() {
            String attributes =
                    "{ \"n\" : 1.50, \"\\ud83d\\ude00k\":1, \"s\":\"\\ud83d\\ude00 \\\"\\\\ é🚗\", \"u\":[ null,{} ] }";
            Draft draft =
                    read("{\"eventHeader\":{\"eventName\":\"\\u00e9\\ud83d\\ude00\",\"createdDate\":1705314600000},"
                            + "\"é🚗\":\"é🚗\",\"eventBody\":{\"entities\":[{\"entityType\":\"Löan\",\"entityId\":\"a\\\"b\\\\\","
                            + "\"updatedAttributes\":" + attributes + "}]}}");
            assertThat(draft.header())
                    .isEqualTo(new Draft.Header(null, "é😀", EventDate.ofNumber("1705314600000"), null, null));
            DraftEntity entity = draft.body().entities().kept().get(0);
            assertThat(entity.type()).isEqualTo("Löan");
            assertThat(entity.id()).isEqualTo("a\"b\\");
            assertThat(entity.attributes().json()).isEqualTo(attributes);
        }

        @Test
        void namesAreExactAndUnknownOnesPassedOver() {
            Draft draft = read("{\"EVENTHEADER\":1,\"eventheader\":[],\"x\":\"\\ud800\",\"\\ud800\":{\"y\":[1]},"
                    + VALID.substring(1));
            assertThat(EventRules.check(draft).entities()).hasSize(1);
        }

        @Test
        void nullIsAbsent() {
            Draft draft = read("{\"eventHeader\":{\"uuid\":null,\"eventName\":null,\"createdDate\":null},"
                    + "\"eventBody\":{\"entities\":[null]}}");
            assertThat(draft.header()).isEqualTo(new Draft.Header(null, null, null, null, null));
            assertThat(draft.body().entities().kept()).containsExactly(DraftEntity.NULL);
        }

        @Test
        void aMillionEntitiesAreCountedAndNotKept() {
            Draft draft = read("{\"eventBody\":{\"entities\":[" + "{},".repeat(999_999) + "{}]}}");
            assertThat(draft.body().entities().count()).isEqualTo(1_000_000);
            assertThat(draft.body().entities().kept()).hasSize(EventRules.MAX_ENTITIES);
        }

        @Test
        void longNamesAndNumbersAndManyNamesArePassedOn() {
            StringBuilder attributes =
                    new StringBuilder("{\"").append("n".repeat(100_000)).append("\":0.");
            attributes.append("1".repeat(100_000));
            for (int i = 0; i < 50_000; i++) {
                attributes.append(",\"k").append(i).append("\":1");
            }
            Draft draft = read(withAttributes(attributes.append('}').toString()));
            assertThat(draft.body().entities().kept().get(0).attributes().breach())
                    .isNull();
        }
    }

    @Nested
    class Batch {
        private List<BatchElement> batch(String body) {
            return EventJson.batch(body.getBytes(StandardCharsets.UTF_8));
        }

        @Test
        void anElementThatIsNoEventFailsAloneWhateverItIs() {
            List<BatchElement> batch = batch("[" + VALID + ",1,null,[[]],{\"eventHeader\":{\"eventName\":{\"a\":[1]}}},"
                    + withAttributes("{\"\\ud800\":1}") + "," + VALID + "]");
            assertThat(batch.stream().map(element -> element instanceof BatchElement.Typed))
                    .containsExactly(true, false, false, false, false, false, true);
        }

        @ParameterizedTest
        @ValueSource(strings = {"{}", "1", "[1,", "[1]]", "[tru]", "", "[{\"eventHeader\":}]"})
        void aBodyThatIsNoArrayIsMalformed(String body) {
            assertThatThrownBy(() -> batch(body))
                    .satisfies(failure -> assertThat(Fault.from(failure).kind()).isEqualTo(FaultKind.MALFORMED));
        }

        @Test
        void tooManyAreNotedAndNotKept() {
            assertThat(batch("[" + "1,".repeat(9_999) + "1]")).hasSize(1001);
        }
    }
}
