package pleat.ir.diagnostic;

/** A device, a driver or a peer failed while it ran what is, as far as can be told, a right program. */
public non-sealed class DeviceException extends PleatException {
    private static final long serialVersionUID = 1L;

    public DeviceException(String message) {
        super(message, null);
    }

    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public int exitCode() {
        return 74;
    }
}
