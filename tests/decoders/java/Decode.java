import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * Reads many payloads in one process. In: a byte for the command, a length in four bytes, the bytes. 'S' names the Avro
 * schema of what follows, 'A' is a payload of it, 'J' a JSON document. Out, one a payload: 1 if it was read and 0 if
 * not, bytes left over, a length, and the value written anew or the exception's class and words.
 */
public final class Decode {
  private final ObjectMapper mapper = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS);
  private final DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out, 1 << 16));
  private Schema schema;
  private GenericDatumReader<Object> reader;

  public static void main(String[] args) throws Exception {
    new Decode().serve(new DataInputStream(new BufferedInputStream(System.in, 1 << 16)));
  }

  private void serve(DataInputStream in) throws Exception {
    for (int command = in.read(); command >= 0; command = in.read()) {
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      if (command == 'S') {
        use(new String(bytes, StandardCharsets.UTF_8));
      } else {
        answer(command, bytes);
      }
    }
    out.flush();
  }

  private void use(String text) {
    schema = new Schema.Parser().parse(text);
    reader = new GenericDatumReader<>(schema);
  }

  private void answer(int command, byte[] bytes) throws Exception {
    boolean read = true;
    int left = 0;
    byte[] said;
    try {
      if (command == 'J') {
        said = json(bytes);
      } else {
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, null);
        Object datum = reader.read(null, decoder);
        left = decoder.inputStream().available();
        said = avro(datum);
      }
    } catch (Exception | StackOverflowError | OutOfMemoryError error) {
      read = false;
      said = (error.getClass().getSimpleName() + ": " + brief(error)).getBytes(StandardCharsets.UTF_8);
    }
    out.writeByte(read ? 1 : 0);
    out.writeInt(left);
    out.writeInt(said.length);
    out.write(said);
  }

  private static String brief(Throwable error) {
    String text = String.valueOf(error.getMessage());
    return text.substring(0, Math.min(200, text.length()));
  }

  private byte[] avro(Object datum) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<Object>(schema).write(datum, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  private byte[] json(byte[] bytes) throws Exception {
    JsonNode node = mapper.readTree(bytes);
    if (node == null || node.isMissingNode()) {
      throw new EOFException("no content");
    }
    return mapper.writeValueAsBytes(node);
  }
}
