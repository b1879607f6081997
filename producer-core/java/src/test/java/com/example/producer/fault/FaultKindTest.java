package com.example.producer.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.producer.fixture.RepositoryFiles;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

class FaultKindTest {
    @Test
    void theListIsThatOfTheContract() {
        List<Map<String, Object>> listed = new Yaml().load(RepositoryFiles.read("contract/faults.yaml"));
        assertThat(Arrays.stream(FaultKind.values()).map(kind -> kind.word() + ": " + kind.title()))
                .isEqualTo(listed.stream()
                        .map(fault -> fault.get("name") + ": " + fault.get("title"))
                        .toList());
    }
}
