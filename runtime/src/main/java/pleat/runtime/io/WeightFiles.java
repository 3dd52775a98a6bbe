package pleat.runtime.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/** Opens files of tensors: safetensors, npz, npy and PyTorch checkpoints, told apart by their contents and not by their names. */
public final class WeightFiles {
    private static final long ZIP_MEMBER = ZipDirectory.LOCAL_HEADER;
    private static final long EMPTY_ZIP = ZipDirectory.END;
    /** Protocol 2 and the integer 0x1950a86a20f9469cfc6c, with which PyTorch before 1.6 starts. */
    private static final byte[] OLD_TORCH = HexFormat.of().parseHex("80028a0a6cfc9c46f9206aa85019");
    private static final byte[] TAR = "ustar".getBytes(StandardCharsets.US_ASCII);
    private static final int TAR_AT = 257;

    private WeightFiles() {}

    /** Maps the file and checks its directory; no tensor is read yet. A user error says what is wrong with the file. */
    public static TensorSource open(Path path) {
        var arena = Arena.ofShared();
        try {
            return read(FileBytes.map(path, arena));
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** The source takes over the file's arena. */
    static TensorSource read(FileBytes file) {
        var bytes = file.bytes();
        var magic = file.size() >= 4 ? LittleEndian.u32(bytes, 0) : 0;
        if (magic == ZIP_MEMBER || magic == EMPTY_ZIP) {
            return readZip(file);
        }
        if (NpyHeader.isNpy(bytes)) {
            return NpyArray.open(file);
        }
        if (SafetensorsFile.isSafetensors(bytes)) {
            return SafetensorsFile.open(file);
        }
        if (startsWith(bytes, 0, OLD_TORCH) || startsWith(bytes, TAR_AT, TAR)) {
            throw file.refuse("is a PyTorch checkpoint in the format before 1.6; "
                    + "`torch.save(torch.load(path, weights_only=True), new_path)` writes it in the present one");
        }
        if (file.size() == 0) {
            throw file.refuse("is empty");
        }
        throw file.refuse("is not a file of tensors: it starts with bytes %s; "
                + "safetensors, npz, npy and PyTorch checkpoints are read", firstBytes(bytes));
    }

    private static TensorSource readZip(FileBytes file) {
        var members = ZipDirectory.read(file);
        if (TorchCheckpoint.isCheckpoint(members)) {
            return TorchCheckpoint.open(file, members);
        }
        var other = members.keySet().stream().filter(name -> !name.endsWith(".npy")).findFirst();
        if (other.isPresent()) {
            throw file.refuse("is a zip archive, but neither of npy arrays nor a PyTorch checkpoint: it has member %s",
                    FileBytes.quote(other.get()));
        }
        return NpyArray.open(file, members.values());
    }

    private static boolean startsWith(MemorySegment bytes, long at, byte[] wanted) {
        return bytes.byteSize() >= at + wanted.length
                && bytes.asSlice(at, wanted.length).mismatch(MemorySegment.ofArray(wanted)) < 0;
    }

    private static String firstBytes(MemorySegment bytes) {
        var shown = new StringBuilder();
        for (long i = 0; i < Math.min(8, bytes.byteSize()); i++) {
            shown.append(i > 0 ? " " : "`").append("%02x".formatted(LittleEndian.u8(bytes, i)));
        }
        return shown.append('`').toString();
    }
}
