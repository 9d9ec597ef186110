package lab;

import static lab.Parcel.ENV;
import static lab.Parcel.VARIANT;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;
import org.springframework.kafka.listener.MessageListener;
import org.springframework.kafka.support.serializer.ErrorHandlingDeserializer;
import org.springframework.util.backoff.FixedBackOff;

/** Sorts parcels in a listener container of Spring Kafka, with its own error handler and dead letters. */
public final class Spring {
    /** A parcel and the bytes that it came in. */
    record Read(JsonNode parcel, byte[] raw) {
    }

    static final Deserializer<Read> PARCELS = (topic, value) -> value == null ? null : new Read(Parcel.read(value), value);
    static final Serializer<Object> RAW = (topic, value) -> value instanceof Read read ? read.raw() : (byte[]) value;

    public static void main(String[] args) throws Exception {
        Map<String, Object> reading = new HashMap<>(Map.of("bootstrap.servers", ENV.get("BROKERS"),
                "group.id", ENV.get("GROUP"), "auto.offset.reset", "earliest"));
        Map<String, Object> sending = Map.of("bootstrap.servers", ENV.get("BROKERS"),
                "max.request.size", Parcel.LARGEST_RECORD);
        var producers = new DefaultKafkaProducerFactory<byte[], Object>(sending, new ByteArraySerializer(), RAW);
        var template = new KafkaTemplate<>(producers);
        Deserializer<Read> values = VARIANT.equals("bare_deserializer") ? PARCELS : new ErrorHandlingDeserializer<>(PARCELS);
        var consumers = new DefaultKafkaConsumerFactory<byte[], Read>(reading, new ByteArrayDeserializer(), values);
        var properties = new ContainerProperties(ENV.get("TOPIC"));
        properties.setMessageListener((MessageListener<byte[], Read>) record -> {
            var read = record.value();
            Parcel.read(record.key(), read == null ? null : read.raw(), record.headers());
            Header correlation = record.headers().lastHeader("correlation_id");
            var effect = new ProducerRecord<byte[], Object>(ENV.get("OUT"), record.key(), read);
            effect.headers().add(correlation);
            template.send(effect).join();
        });
        var container = new KafkaMessageListenerContainer<>(consumers, properties);
        container.setCommonErrorHandler(VARIANT.equals("no_recoverer")
                ? new DefaultErrorHandler(new FixedBackOff(0, 0))
                : new DefaultErrorHandler(new DeadLetterPublishingRecoverer(template), new FixedBackOff(0, 0)));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            container.stop();
            producers.destroy();
        }));
        container.start();
        Thread.currentThread().join();
    }
}
