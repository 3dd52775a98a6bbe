package pleat.runtime.cuda;

import pleat.ir.plan.Plan.Step;

/** How what the plans of devices exchange gets from one to the other: logical devices of one GPU by copies, GPUs of several processes by NCCL. */
interface GpuExchanges extends AutoCloseable {

    /** One device of this process. */
    interface Device {
        /**
         * Begins an exchange that the device has come to.
         *
         * @param operand address of what it has
         * @param result address of what it gets
         */
        void start(Step.Start step, long operand, long result);

        /** Lets nothing that is asked for later begin before the exchange has ended. */
        void await(int flight);

        /** Whether more can be asked for: others of this process have come far enough. */
        boolean isFree();

        ExchangeTimes times();

        /** Bytes beside the arena in which what is exchanged waits. */
        long stagingBytes();
    }

    Device device(int number);

    /**
     * Before a run.
     *
     * @param timed whether exchanges are marked, which a graph cannot have
     */
    void begin(boolean timed);

    /** After all steps of a run were asked for. */
    void end();

    /** When a run is over: refuses its results if somebody was gone. */
    void check();

    @Override
    void close();
}
