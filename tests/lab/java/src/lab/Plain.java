package lab;

import static lab.Parcel.ENV;
import static lab.Parcel.VARIANT;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
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
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sorts parcels with the plain Java client: a poll batch, all its outcomes, one commit. */
public final class Plain {
    static final ObjectMapper STOCK = new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /** What Jackson makes of a parcel without being told better: what is missing is 0, false or null. */
    public static final class Loose {
        public String parcel_id;
        public long number;
        public String recipient;
        public boolean express;
        public String status;
        public Double weight;
        public String note;
    }

    public static void main(String[] args) throws Exception {
        Map<String, Object> reading = Map.of("bootstrap.servers", ENV.get("BROKERS"), "group.id", ENV.get("GROUP"),
                "auto.offset.reset", "earliest", "enable.auto.commit", "false");
        Map<String, Object> sending = Map.of("bootstrap.servers", ENV.get("BROKERS"),
                "max.request.size", Parcel.LARGEST_RECORD);
        var consumer = new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        var producer = new KafkaProducer<>(sending, new ByteArraySerializer(), new ByteArraySerializer());
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            consumer.wakeup();
            try {
                main.join(5000);
            } catch (InterruptedException ignored) {
            }
        }));
        consumer.subscribe(List.of(ENV.get("TOPIC")));
        try (producer; consumer) {
            while (true) {
                var batch = consumer.poll(Duration.ofMillis(500));
                List<Future<?>> sent = new ArrayList<>();
                for (var record : batch) {
                    var outcome = outcome(record);
                    if (outcome != null) {
                        sent.add(producer.send(outcome));
                    }
                    if (VARIANT.equals("rest_of_batch") && outcome != null && outcome.topic().equals(ENV.get("DLQ"))) {
                        break; // out of the whole batch, which is committed all the same
                    }
                }
                for (Future<?> one : sent) {
                    one.get();
                }
                if (!batch.isEmpty()) {
                    consumer.commitSync();
                }
            }
        } catch (WakeupException stopped) {
            // SIGTERM
        }
    }

    static ProducerRecord<byte[], byte[]> outcome(ConsumerRecord<byte[], byte[]> record) throws Exception {
        try {
            if (VARIANT.equals("loose")) {
                return to("OUT", record, STOCK.writeValueAsBytes(STOCK.readValue(record.value(), Loose.class)));
            }
            var parcel = Parcel.read(record.key(), record.value(), record.headers());
            if (VARIANT.equals("as_double")) {
                var rounded = parcel.<ObjectNode>deepCopy();
                rounded.put("number", (long) parcel.get("number").doubleValue());
                return to("OUT", record, STOCK.writeValueAsBytes(rounded));
            }
            if (VARIANT.equals("latin1") && !new String(record.value(), "ISO-8859-1").matches("\\p{ASCII}*")) {
                return to("OUT", record, new String(record.value(), "ISO-8859-1").getBytes("UTF-8"));
            }
            return to("OUT", record, record.value());
        } catch (Parcel.Rejected rejected) {
            return switch (VARIANT) {
                case "crashes" -> throw rejected;
                case "swallows" -> null;
                case "as_string" -> to("DLQ", record, record.value() == null ? null : new String(record.value(), "UTF-8")
                        .getBytes("UTF-8")); // what a StringDeserializer leaves of it
                default -> to("DLQ", record, record.value());
            };
        } catch (IOException | IllegalArgumentException error) {
            return to("DLQ", record, record.value());
        }
    }

    static ProducerRecord<byte[], byte[]> to(String where, ConsumerRecord<byte[], byte[]> record, byte[] value) {
        var headers = new RecordHeaders(record.headers().toArray());
        return new ProducerRecord<>(ENV.get(where), null, record.key(), value, headers);
    }
}
