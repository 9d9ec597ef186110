package lab;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** The strict reading of a parcel. */
final class Parcel {
    static final Map<String, String> ENV = System.getenv();
    static final String VARIANT = ENV.get("VARIANT");
    static final int LARGEST_RECORD = 16_000_000; // a dead letter must fit wherever its original did
    static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** The record breaks its contract; no later attempt will make it good. */
    static final class Rejected extends RuntimeException {
        Rejected(String reason) {
            super(reason);
        }
    }

    static JsonNode read(byte[] value) {
        JsonNode parcel;
        try {
            parcel = JSON.readTree(text(value));
        } catch (Rejected rejected) {
            throw rejected;
        } catch (Exception error) {
            throw new Rejected("not JSON");
        }
        JsonNode number = parcel.path("number");
        must(parcel.isObject(), "no object");
        must(parcel.path("parcel_id").isTextual(), "no parcel_id");
        must(number.isIntegralNumber() && number.canConvertToLong() && number.longValue() >= 0, "no number");
        must(parcel.path("recipient").isTextual() && fits(parcel.get("recipient").textValue()), "no recipient");
        must(parcel.path("express").isBoolean(), "not known whether express");
        must(parcel.path("status").isTextual() && parcel.get("status").textValue().matches("NEW|PAID"), "no status");
        must(!parcel.has("weight") || parcel.get("weight").isNumber() && parcel.get("weight").decimalValue().signum() >= 0,
                "no weight");
        must(!parcel.has("note") || parcel.get("note").isNull() || parcel.get("note").isTextual(), "no note");
        return parcel;
    }

    static JsonNode read(byte[] key, byte[] value, Headers headers) {
        JsonNode parcel = read(value);
        Header correlation = headers.lastHeader("correlation_id");
        must(text(key).equals(parcel.get("parcel_id").textValue()), "the key is not the parcel's id");
        must(correlation != null && !text(correlation.value()).isEmpty(), "no correlation id");
        return parcel;
    }

    static String text(byte[] bytes) {
        try {
            return bytes == null ? "" : StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException error) {
            throw new Rejected("not UTF-8");
        }
    }


    private static boolean fits(String recipient) {
        int length = recipient.codePointCount(0, recipient.length());
        return 1 <= length && length <= 60;
    }

    private static void must(boolean holds, String reason) {
        if (!holds) {
            throw new Rejected(reason);
        }
    }
}
