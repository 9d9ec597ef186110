package lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static lab.Parcel.ENV;
import static lab.Parcel.VARIANT;

import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;
import org.apache.kafka.streams.errors.LogAndFailExceptionHandler;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.TimestampExtractor;

/** Sorts parcels with Kafka Streams; what cannot be read goes where the variant's exception handler sends it. */
public final class Streams {
    /** Sends a record that cannot be read to the dead letter topic as it is, and says where it stood (KIP-1034). */
    public static final class ToDeadLetters implements DeserializationExceptionHandler {
        private KafkaProducer<byte[], byte[]> producer;

        @Override
        public void configure(Map<String, ?> config) {
            Map<String, Object> own = Map.of("bootstrap.servers", ENV.get("BROKERS"),
                    "max.request.size", Parcel.LARGEST_RECORD);
            producer = new KafkaProducer<>(own, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public DeserializationHandlerResponse handle(
                ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception error) {
            var headers = new RecordHeaders(record.headers().toArray());
            headers.add("__streams.errors.exception", error.getClass().getName().getBytes(UTF_8));
            headers.add("__streams.errors.topic", record.topic().getBytes(UTF_8));
            headers.add("__streams.errors.partition", Integer.toString(record.partition()).getBytes(UTF_8));
            headers.add("__streams.errors.offset", Long.toString(record.offset()).getBytes(UTF_8));
            try {
                producer.send(new ProducerRecord<>(ENV.get("DLQ"), null, record.key(), record.value(), headers)).get();
            } catch (Exception refused) {
                return DeserializationHandlerResponse.FAIL;
            }
            return DeserializationHandlerResponse.CONTINUE;
        }
    }

    /** Takes a record's time as it is; what lies before 1970 counts as 1970. */
    public static final class AnyTime implements TimestampExtractor {
        @Override
        public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
            return Math.max(0, record.timestamp());
        }
    }

    static byte[] checked(byte[] value) {
        if (value == null) {
            return null;
        }
        Parcel.read(value);
        return value;
    }

    public static void main(String[] args) throws Exception {
        Serde<byte[]> parcels = Serdes.serdeFrom(new ByteArraySerializer(), (Deserializer<byte[]>) (topic, value) -> checked(value));
        var builder = new StreamsBuilder();
        KStream<byte[], byte[]> read = builder.stream(ENV.get("TOPIC"), Consumed.with(Serdes.ByteArray(), parcels))
                .filter((key, value) -> value != null);
        KStream<byte[], byte[]> sorted = !VARIANT.equals("repartitions") ? read
                : read.repartition(Repartitioned.with(Serdes.ByteArray(), Serdes.ByteArray()).withName("sorted"));
        sorted.to(ENV.get("OUT"), Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
        var config = new Properties();
        config.put("application.id", ENV.get("GROUP"));
        config.put("bootstrap.servers", ENV.get("BROKERS"));
        config.put("state.dir", Files.createTempDirectory("streams").toString());
        config.put("producer.max.request.size", Parcel.LARGEST_RECORD);
        config.put("deserialization.exception.handler", switch (VARIANT) {
            case "fails", "replaces_thread" -> LogAndFailExceptionHandler.class;
            case "continues" -> LogAndContinueExceptionHandler.class;
            default -> ENV.containsKey("DLQ") ? ToDeadLetters.class : LogAndContinueExceptionHandler.class;
        });
        if (!VARIANT.equals("stock_time")) { // the stock extractor ends the stream where a timestamp is negative
            config.put("default.timestamp.extractor", AnyTime.class);
        }
        var streams = new KafkaStreams(builder.build(), config);
        streams.setUncaughtExceptionHandler(error -> VARIANT.equals("replaces_thread")
                ? StreamThreadExceptionResponse.REPLACE_THREAD
                : StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
        streams.setStateListener((now, before) -> {
            if (now == KafkaStreams.State.ERROR) {
                System.err.println("the stream has failed");
                Runtime.getRuntime().halt(1);
            }
        });
        Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(5))));
        streams.start();
    }
}
