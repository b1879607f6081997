package com.example.producer.rest.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.producer.fault.FaultKind;
import com.example.producer.fixture.RepositoryFiles;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

class ProblemHandlerTest {
    @Test
    void statusesAreThoseOfTheContract() {
        List<Map<String, Object>> listed = new Yaml().load(RepositoryFiles.read("contract/faults.yaml"));
        for (int at = 0; at < listed.size(); at++) {
            FaultKind kind = FaultKind.values()[at];
            assertThat(ProblemHandler.status(kind).value())
                    .as(kind.word())
                    .isEqualTo(listed.get(at).get("http"));
        }
    }
}
