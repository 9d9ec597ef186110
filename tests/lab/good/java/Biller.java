import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Bills with the plain Java client and Jackson. Environment BROKERS, GROUP, TOPIC, OUT, DLQ. */
public class Biller {
    static final Map<String, String> ENV = System.getenv();
    static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    static class Rejected extends Exception {
        Rejected(String reason) {
            super(reason);
        }
    }

    public static void main(String[] args) throws Exception {
        Map<String, Object> own = Map.of("bootstrap.servers", ENV.get("BROKERS"), "group.id", ENV.get("GROUP"),
                "auto.offset.reset", "earliest", "enable.auto.commit", "false");
        Map<String, Object> sending = Map.of("bootstrap.servers", ENV.get("BROKERS"), "max.request.size", 16_000_000);
        var consumer = new KafkaConsumer<>(own, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        var producer = new KafkaProducer<>(sending, new ByteArraySerializer(), new ByteArraySerializer());
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            consumer.wakeup();
            try {
                main.join();
            } catch (InterruptedException ignored) {
            }
        }));
        consumer.subscribe(List.of(ENV.get("TOPIC")));
        try {
            while (true) {
                List<Future<?>> sent = new ArrayList<>();
                for (var record : consumer.poll(Duration.ofMillis(500))) {
                    sent.add(producer.send(outcome(record)));
                }
                for (Future<?> one : sent) {
                    one.get();
                }
                if (!sent.isEmpty()) {
                    consumer.commitSync();
                }
            }
        } catch (WakeupException stopped) {
            // SIGTERM
        } finally {
            producer.close();
            consumer.close();
        }
    }

    static ProducerRecord<byte[], byte[]> outcome(ConsumerRecord<byte[], byte[]> record) {
        try {
            Header correlation = record.headers().lastHeader("correlation_id");
            byte[] id = correlation == null ? null : correlation.value();
            if (text(record.key()).isEmpty() || text(id).isEmpty()) {
                throw new Rejected("no key or no correlation id");
            }
            byte[] bill = bill(order(text(record.value())));
            return new ProducerRecord<>(ENV.get("OUT"), null, record.key(), bill, List.of(correlation));
        } catch (Rejected rejected) {
            var headers = new RecordHeaders(record.headers().toArray());
            headers.add("error", rejected.getMessage().getBytes(StandardCharsets.UTF_8));
            return new ProducerRecord<>(ENV.get("DLQ"), null, record.key(), record.value(), headers);
        }
    }

    static JsonNode order(String json) throws Rejected {
        JsonNode order;
        try {
            order = JSON.readTree(json);
        } catch (Exception error) {
            throw new Rejected("not JSON");
        }
        long number = order.path("number").canConvertToLong() ? order.get("number").longValue() : 0;
        if (!order.isObject() || !order.path("number").isIntegralNumber() || number < 1 || number > 9007199254740991L) {
            throw new Rejected("no number");
        }
        String customer = order.path("customer").isTextual() ? order.get("customer").textValue() : "";
        int length = customer.codePointCount(0, customer.length());
        if (length < 1 || length > 60) {
            throw new Rejected("no customer");
        }
        JsonNode address = order.get("address");
        if (address != null && !address.path("city").isTextual()) {
            throw new Rejected("no city");
        }
        if (address != null && address.has("zip") && !address.get("zip").asText().matches("[0-9]{5}")
                || address != null && address.has("zip") && !address.get("zip").isTextual()) {
            throw new Rejected("no zip");
        }
        return order;
    }

    static byte[] bill(JsonNode order) throws Rejected {
        ObjectNode bill = JSON.createObjectNode();
        for (String name : List.of("number", "customer", "address")) {
            if (order.has(name)) {
                bill.set(name, order.get(name));
            }
        }
        try {
            return JSON.writeValueAsBytes(bill);
        } catch (Exception error) {
            throw new Rejected("text that is none");
        }
    }

    static String text(byte[] bytes) throws Rejected {
        try {
            return bytes == null ? "" : StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException error) {
            throw new Rejected("not UTF-8");
        }
    }
}
