package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;

/**
 * The functions of NVIDIA's driver library that Pleat calls. All return an error number, 0 for success. Handles are addresses, devices are numbers,
 * device memory is a 64-bit number.
 */
enum CudaFunction implements StatusFunctions.Declared {
    INIT("cuInit", JAVA_INT),
    DRIVER_GET_VERSION("cuDriverGetVersion", ADDRESS),
    GET_ERROR_NAME("cuGetErrorName", JAVA_INT, ADDRESS),
    GET_ERROR_STRING("cuGetErrorString", JAVA_INT, ADDRESS),
    DEVICE_GET_COUNT("cuDeviceGetCount", ADDRESS),
    DEVICE_GET("cuDeviceGet", ADDRESS, JAVA_INT),
    DEVICE_GET_NAME("cuDeviceGetName", ADDRESS, JAVA_INT, JAVA_INT),
    DEVICE_GET_ATTRIBUTE("cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT),
    DEVICE_TOTAL_MEM("cuDeviceTotalMem_v2", ADDRESS, JAVA_INT),
    PRIMARY_CTX_RETAIN("cuDevicePrimaryCtxRetain", ADDRESS, JAVA_INT),
    PRIMARY_CTX_RELEASE("cuDevicePrimaryCtxRelease_v2", JAVA_INT),
    CTX_SET_CURRENT("cuCtxSetCurrent", ADDRESS),
    MODULE_LOAD_DATA("cuModuleLoadDataEx", ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS),
    MODULE_UNLOAD("cuModuleUnload", ADDRESS),
    MODULE_GET_FUNCTION("cuModuleGetFunction", ADDRESS, ADDRESS, ADDRESS),
    FUNC_SET_ATTRIBUTE("cuFuncSetAttribute", ADDRESS, JAVA_INT, JAVA_INT),
    MEM_GET_INFO("cuMemGetInfo_v2", ADDRESS, ADDRESS),
    MEM_ALLOC("cuMemAlloc_v2", ADDRESS, JAVA_LONG),
    MEM_FREE("cuMemFree_v2", JAVA_LONG),
    MEMCPY_HOST_TO_DEVICE("cuMemcpyHtoDAsync_v2", JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS),
    MEMCPY_DEVICE_TO_HOST("cuMemcpyDtoHAsync_v2", ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS),
    MEMCPY_DEVICE_TO_DEVICE("cuMemcpyDtoDAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS),
    MEMSET("cuMemsetD8Async", JAVA_LONG, JAVA_BYTE, JAVA_LONG, ADDRESS),
    STREAM_CREATE("cuStreamCreate", ADDRESS, JAVA_INT),
    STREAM_DESTROY("cuStreamDestroy_v2", ADDRESS),
    STREAM_SYNCHRONIZE("cuStreamSynchronize", ADDRESS),
    STREAM_WAIT_EVENT("cuStreamWaitEvent", ADDRESS, ADDRESS, JAVA_INT),
    STREAM_BEGIN_CAPTURE("cuStreamBeginCapture_v2", ADDRESS, JAVA_INT),
    STREAM_END_CAPTURE("cuStreamEndCapture", ADDRESS, ADDRESS),
    GRAPH_INSTANTIATE("cuGraphInstantiateWithFlags", ADDRESS, ADDRESS, JAVA_LONG),
    GRAPH_LAUNCH("cuGraphLaunch", ADDRESS, ADDRESS),
    GRAPH_EXEC_DESTROY("cuGraphExecDestroy", ADDRESS),
    GRAPH_DESTROY("cuGraphDestroy", ADDRESS),
    EVENT_CREATE("cuEventCreate", ADDRESS, JAVA_INT),
    EVENT_RECORD("cuEventRecord", ADDRESS, ADDRESS),
    EVENT_SYNCHRONIZE("cuEventSynchronize", ADDRESS),
    EVENT_ELAPSED_TIME("cuEventElapsedTime", ADDRESS, ADDRESS, ADDRESS),
    EVENT_DESTROY("cuEventDestroy_v2", ADDRESS),
    /**
     * The map, type of elements, dims, address, their sizes, their strides but for the first, extents of a box, steps in it; then how groups of channels lie,
     * swizzling, what the L2 cache fetches, and what is outside.
     */
    TENSOR_MAP_ENCODE_TILED("cuTensorMapEncodeTiled", ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
    /** Function, three extents of the grid, three of a block, shared bytes, stream, parameters one by one, parameters as one buffer. */
    LAUNCH_KERNEL("cuLaunchKernel", ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS);

    private final StatusFunctions.Declaration declaration;

    CudaFunction(String symbol, MemoryLayout... arguments) {
        declaration = StatusFunctions.Declaration.of(symbol, arguments);
    }

    @Override
    public StatusFunctions.Declaration declaration() {
        return declaration;
    }
}
