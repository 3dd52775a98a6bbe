package pleat.ir.interp;

/** The inner loop of a contraction: {@code out += a * b} along one axis, in the forms that a Java compiler makes fast code of. */
final class ProductKernel {
    private final int strideA;
    private final int strideB;
    private final int strideOut;
    private final int length;

    ProductKernel(int strideA, int strideB, int strideOut, int length) {
        this.strideA = strideA;
        this.strideB = strideB;
        this.strideOut = strideOut;
        this.length = length;
    }

    void run(double[] a, int atA, double[] b, int atB, double[] out, int atOut) {
        if (strideOut == 0) {
            out[atOut] += strideA == 1 && strideB == 1 ? dot(a, atA, b, atB, length) : stridedDot(a, atA, b, atB);
        } else if (strideOut == 1 && strideA == 0 && strideB == 1) {
            addScaled(a[atA], b, atB, out, atOut, length);
        } else if (strideOut == 1 && strideA == 1 && strideB == 0) {
            addScaled(b[atB], a, atA, out, atOut, length);
        } else if (strideOut == 1 && strideA == 1 && strideB == 1) {
            addProducts(a, atA, b, atB, out, atOut, length);
        } else {
            strided(a, atA, b, atB, out, atOut);
        }
    }

    /** Four sums, because one addition after the other would wait for the result of each. */
    private static double dot(double[] a, int atA, double[] b, int atB, int length) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i + 3 < length; i += 4) {
            s0 += a[atA + i] * b[atB + i];
            s1 += a[atA + i + 1] * b[atB + i + 1];
            s2 += a[atA + i + 2] * b[atB + i + 2];
            s3 += a[atA + i + 3] * b[atB + i + 3];
        }
        for (; i < length; i++) {
            s0 += a[atA + i] * b[atB + i];
        }
        return s0 + s1 + (s2 + s3);
    }

    private double stridedDot(double[] a, int atA, double[] b, int atB) {
        double sum = 0;
        for (int i = 0; i < length; i++) {
            sum += a[atA + i * strideA] * b[atB + i * strideB];
        }
        return sum;
    }

    private static void addScaled(double factor, double[] x, int atX, double[] out, int atOut, int length) {
        for (int i = 0; i < length; i++) {
            out[atOut + i] += factor * x[atX + i];
        }
    }

    private static void addProducts(double[] a, int atA, double[] b, int atB, double[] out, int atOut, int length) {
        for (int i = 0; i < length; i++) {
            out[atOut + i] += a[atA + i] * b[atB + i];
        }
    }

    private void strided(double[] a, int atA, double[] b, int atB, double[] out, int atOut) {
        for (int i = 0; i < length; i++) {
            out[atOut + i * strideOut] += a[atA + i * strideA] * b[atB + i * strideB];
        }
    }
}
