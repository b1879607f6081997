package com.example.producer.grpc.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StructJsonTest {
    private static Struct holding(Value value) {
        return Struct.newBuilder().putFields("a", value).build();
    }

    private static Value number(double number) {
        return Value.newBuilder().setNumberValue(number).build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static Value list(Value... values) {
        ListValue.Builder list = ListValue.newBuilder();
        for (Value value : values) {
            list.addValues(value);
        }
        return Value.newBuilder().setListValue(list).build();
    }

    @Test
    void everyKindIsWritten() {
        Value all = list(
                Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build(),
                Value.newBuilder().setBoolValue(true).build(),
                text("ü\"\\\n\u0001🚗"),
                Value.newBuilder().setStructValue(holding(number(24439.75))).build(),
                Value.newBuilder().setStructValue(Struct.getDefaultInstance()).build(),
                list());
        assertThat(StructJson.attributes(holding(all)).json())
                .isEqualTo("{\"a\":[null,true,\"ü\\\"\\\\\\u000a\\u0001🚗\",{\"a\":24439.75},{},[]]}");
        assertThat(StructJson.attributes(Struct.getDefaultInstance()).json()).isEqualTo("{}");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0.0, 0",
        "5, 5",
        "-17, -17",
        "9007199254740992, 9007199254740992",
        "0.1, 0.1",
        "1e300, 1.0E300",
        "5e-324, 5E-324"
    })
    void wholeNumbersStayWholeAndOthersKeepEveryDigit(double number, String text) {
        assertThat(StructJson.attributes(holding(number(number))).json()).isEqualTo("{\"a\":" + text + "}");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void whatIsNoNumberBreaksARule(double number) {
        assertThat(StructJson.attributes(holding(number(number))).breach()).isNotNull();
    }

    @Test
    void soDoNulAndAValueWithoutAKind() {
        assertThat(StructJson.attributes(holding(text("\0"))).breach()).isNotNull();
        assertThat(StructJson.attributes(
                                Struct.newBuilder().putFields("\0", text("")).build())
                        .breach())
                .isNotNull();
        assertThat(StructJson.attributes(holding(list(Value.getDefaultInstance())))
                        .breach())
                .isNotNull();
    }

    @Test
    void twentyLevelsAreAllowedAndTwentyOneAreNot() {
        Value nested = list();
        for (int levels = 2; levels < 20; levels++) {
            nested = list(nested);
        }
        assertThat(StructJson.attributes(holding(nested)).breach()).isNull();
        assertThat(StructJson.attributes(holding(list(nested))).breach()).isNotNull();
    }
}
