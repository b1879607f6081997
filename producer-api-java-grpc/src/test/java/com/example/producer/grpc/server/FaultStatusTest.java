package com.example.producer.grpc.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.producer.fault.FaultKind;
import com.example.producer.fixture.RepositoryFiles;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

class FaultStatusTest {
    @Test
    void codesAreThoseOfTheContract() {
        List<Map<String, Object>> listed = new Yaml().load(RepositoryFiles.read("contract/faults.yaml"));
        for (int at = 0; at < listed.size(); at++) {
            Object code = listed.get(at).get("grpc");
            if (code != null) {
                assertThat(FaultStatus.code(FaultKind.values()[at]).name()).isEqualTo(code);
            }
        }
    }

    @Test
    void fieldsAreSpelledAsInTheMessages() {
        assertThat(FaultStatus.snakeCase("eventBody.entities[10].updatedAttributes"))
                .isEqualTo("event_body.entities[10].updated_attributes");
    }
}
