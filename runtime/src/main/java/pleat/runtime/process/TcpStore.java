package pleat.runtime.process;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import pleat.ir.diagnostic.DeviceException;

/**
 * A connection to a store of keys and values, in the protocol of PyTorch's {@code TCPStore}, which torchrun starts at MASTER_ADDR and MASTER_PORT. One
 * thread at a time.
 */
final class TcpStore implements AutoCloseable {
    /** What a client says first. */
    static final int MAGIC = 0x3C85F7CE;
    /** PyTorch puts it before every key. */
    private static final String PREFIX = "/";
    /** PyTorch's store takes values up to 8 MiB. */
    static final int MOST_BYTES = 4 << 20;
    private static final int READY = 0;
    private static final int CONNECT_MILLIS = 5_000;
    private static final int PAUSE_MILLIS = 200;

    private final String place;
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    /** What a request begins with; numbers are those of the protocol. */
    enum Query {
        VALIDATE(0), SET(1), GET(3), CHECK(5), DELETE(8);

        private final int code;

        Query(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    private TcpStore(String place, Socket socket) throws IOException {
        this.place = place;
        this.socket = socket;
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
        out.write(Query.VALIDATE.code());
        out.write(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(MAGIC).array());
        out.flush();
    }

    /** @param patienceMillis how long the store may take to come into being */
    static TcpStore connect(String host, int port, long patienceMillis) {
        String place = host + ":" + port;
        long start = System.nanoTime();
        while (true) {
            try {
                var socket = new Socket();
                socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
                return new TcpStore(place, socket);
            } catch (IOException refused) {
                if ((System.nanoTime() - start) / 1_000_000 > patienceMillis) {
                    throw new DeviceException("there is no store at %s, where MASTER_ADDR and MASTER_PORT say that it is: %s".formatted(place, refused.getMessage()),
                            refused);
                }
                pause(PAUSE_MILLIS);
            }
        }
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for other processes", interrupted);
        }
    }

    private interface Talk<T> {
        T run() throws IOException;
    }

    private <T> T talk(Talk<T> talk) {
        try {
            return talk.run();
        } catch (IOException broken) {
            throw new DeviceException("the store at %s is gone, and with it the process or the launcher that had it: %s".formatted(place, broken.getMessage()), broken);
        }
    }

    void set(String key, byte[] value) {
        talk(() -> {
            out.write(Query.SET.code());
            write(out, (PREFIX + key).getBytes(StandardCharsets.UTF_8));
            write(out, value);
            out.flush();
            return null;
        });
    }

    boolean has(String key) {
        return talk(() -> {
            out.write(Query.CHECK.code());
            out.write(number(1));
            write(out, (PREFIX + key).getBytes(StandardCharsets.UTF_8));
            out.flush();
            return in.readUnsignedByte() == READY;
        });
    }

    /** The value of a key that is there. */
    byte[] get(String key) {
        return talk(() -> {
            out.write(Query.GET.code());
            write(out, (PREFIX + key).getBytes(StandardCharsets.UTF_8));
            out.flush();
            return read(in);
        });
    }

    void delete(String key) {
        talk(() -> {
            out.write(Query.DELETE.code());
            write(out, (PREFIX + key).getBytes(StandardCharsets.UTF_8));
            out.flush();
            in.readNBytes(Long.BYTES);
            return null;
        });
    }

    static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    }

    static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.write(number(bytes.length));
        out.write(bytes);
    }

    static byte[] read(DataInputStream in) throws IOException {
        long bytes = Long.reverseBytes(in.readLong());
        if (bytes < 0 || bytes > MOST_BYTES) {
            throw new IOException("a value of " + bytes + " bytes");
        }
        var value = new byte[(int) bytes];
        in.readFully(value);
        return value;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException _) {
            // Nobody needs it any more.
        }
    }
}
