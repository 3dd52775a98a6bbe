package pleat.runtime.process;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import pleat.ir.diagnostic.UserException;

/** The store of {@link TcpStore}, for launchers that start none: the first process has it. */
final class TcpStoreServer implements AutoCloseable {
    private static final int READY = 0;
    private static final int NOT_READY = 1;

    private final ServerSocket socket;
    private final Map<String, byte[]> values = new ConcurrentHashMap<>();

    /** @param port 0: any that is free */
    TcpStoreServer(int port) {
        try {
            socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
        } catch (IOException taken) {
            throw new UserException("port %d, which MASTER_PORT names, cannot be used: %s\n  = help: set MASTER_PORT to one that is free on the first machine".formatted(port,
                    taken.getMessage()), taken);
        }
        Thread.ofPlatform().daemon().name("pleat-store").start(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    private void accept() {
        while (true) {
            try {
                var client = socket.accept();
                Thread.ofPlatform().daemon().name("pleat-store-client").start(() -> serve(client));
            } catch (IOException _) {
                return; // closed
            }
        }
    }

    private void serve(Socket client) {
        try (client; var in = new DataInputStream(client.getInputStream());
                var out = new DataOutputStream(new BufferedOutputStream(client.getOutputStream()))) {
            client.setTcpNoDelay(true);
            while (answer(in, out)) {
                out.flush();
            }
        } catch (IOException _) {
            // The client has gone; whoever waits for what it has to say is told by the launcher.
        }
    }

    /** False for a client that does not speak the protocol. */
    private boolean answer(DataInputStream in, DataOutputStream out) throws IOException {
        int code = in.readUnsignedByte();
        if (code == TcpStore.Query.VALIDATE.code()) {
            return Integer.reverseBytes(in.readInt()) == TcpStore.MAGIC;
        } else if (code == TcpStore.Query.SET.code()) {
            values.put(key(in), TcpStore.read(in));
        } else if (code == TcpStore.Query.GET.code()) {
            TcpStore.write(out, values.getOrDefault(key(in), new byte[0]));
        } else if (code == TcpStore.Query.CHECK.code()) {
            boolean all = true;
            for (long keys = Long.reverseBytes(in.readLong()); keys > 0; keys--) {
                all &= values.containsKey(key(in));
            }
            out.write(all ? READY : NOT_READY);
        } else if (code == TcpStore.Query.DELETE.code()) {
            out.write(TcpStore.number(values.remove(key(in)) == null ? 0 : 1));
        } else {
            return false;
        }
        return true;
    }

    private static String key(DataInputStream in) throws IOException {
        return new String(TcpStore.read(in), StandardCharsets.UTF_8);
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
