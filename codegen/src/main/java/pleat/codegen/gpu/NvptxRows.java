package pleat.codegen.gpu;

import static pleat.codegen.gpu.NvptxTemplates.*;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.EnumSet;
import pleat.ir.lane.Opcode;

/** The table of NVIDIA's targets: each op as instructions of LLVM. */
final class NvptxRows {
    private static final ImmutableSet<Opcode> OF_GROUPS = Sets.immutableEnumSet(EnumSet.range(Opcode.ROWS_128, Opcode.BULK_5));

    private NvptxRows() {}

    static NvptxRow of(Opcode opcode) {
        return new NvptxRow(OF_GROUPS.contains(opcode) ? GpuTarget.SM_90A : GpuTarget.SM_80, text(opcode));
    }

    private static String text(Opcode opcode) {
        return switch (opcode) {
            case TID -> "call i32 @llvm.nvvm.read.ptx.sreg.tid.x()";
            case LANE -> "call i32 @llvm.nvvm.read.ptx.sreg.tid.x(); and i32 #, 31";
            case WARP -> "call i32 @llvm.nvvm.read.ptx.sreg.tid.x(); lshr i32 #, 5";
            case BLOCK -> "call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()";
            case BLOCKS -> "call i32 @llvm.nvvm.read.ptx.sreg.nctaid.x()";

            case ADD_I32 -> "add i32 $0, $1";
            case SUB_I32 -> "sub i32 $0, $1";
            case MUL_I32 -> "mul i32 $0, $1";
            case DIV_I32 -> "udiv i32 $0, $1";
            case REM_I32 -> "urem i32 $0, $1";
            case MIN_I32 -> "call i32 @llvm.smin.i32(i32 $0, i32 $1)";
            case AND_I32 -> "and i32 $0, $1";
            case OR_I32 -> "or i32 $0, $1";
            case XOR_I32 -> "xor i32 $0, $1";
            case SHL_I32 -> "shl i32 $0, $1";
            case SHR_I32 -> "lshr i32 $0, $1";
            case ADD_I64 -> "add i64 $0, $1";
            case SUB_I64 -> "sub i64 $0, $1";
            case MUL_I64 -> "mul i64 $0, $1";
            case DIV_I64 -> "udiv i64 $0, $1";
            case REM_I64 -> "urem i64 $0, $1";
            case MIN_I64 -> "call i64 @llvm.smin.i64(i64 $0, i64 $1)";
            case WIDE -> "sext i32 $0 to i64";
            case LOW -> "trunc i64 $0 to i32";

            case LT_I32 -> "icmp slt i32 $0, $1";
            case ULT_I32 -> "icmp ult i32 $0, $1";
            case EQ_I32 -> "icmp eq i32 $0, $1";
            case LT_I64 -> "icmp slt i64 $0, $1";
            case ULT_I64 -> "icmp ult i64 $0, $1";
            case EQ_I64 -> "icmp eq i64 $0, $1";
            case LT_F32 -> "fcmp olt float $0, $1";
            case LE_F32 -> "fcmp ole float $0, $1";
            case EQ_F32 -> "fcmp oeq float $0, $1";
            case NE_F32 -> "fcmp une float $0, $1";
            case AND_PRED -> "and i1 $0, $1";
            case OR_PRED -> "or i1 $0, $1";
            case NOT_PRED -> "xor i1 $0, true";
            case SELECT_F32 -> "select i1 $0, float $1, float $2";
            case SELECT_I32 -> "select i1 $0, i32 $1, i32 $2";
            case SELECT_I64 -> "select i1 $0, i64 $1, i64 $2";

            case ADD_F32 -> "fadd contract float $0, $1";
            case SUB_F32 -> "fsub contract float $0, $1";
            case MUL_F32 -> "fmul contract float $0, $1";
            case DIV_F32 -> "fdiv contract arcp float $0, $1";
            case FMA_F32 -> "call float @llvm.fma.f32(float $0, float $1, float $2)";
            case MIN_F32 -> "fcmp ogt float $0, $1; select i1 #, float $1, float $0";
            case MAX_F32 -> "fcmp olt float $0, $1; select i1 #, float $1, float $0";
            case NEG_F32 -> "fneg float $0";
            case ABS_F32 -> "call float @llvm.fabs.f32(float $0)";
            case FLOOR_F32 -> "call float @llvm.floor.f32(float $0)";
            case SQRT_F32 -> "math SQRT $0";
            case RSQRT_F32 -> "math RSQRT $0";
            case EXP_F32 -> "math EXP $0";
            case LOG_F32 -> "math LOG $0";
            case SIGMOID_F32 -> "math SIGMOID $0";
            case TANH_F32 -> "math TANH $0";
            case SIN_F32 -> "math SIN $0";
            case COS_F32 -> "math COS $0";
            case EXPN_F32 -> "math EXP_NOT_POSITIVE $0";
            case F32_I32 -> "sitofp i32 $0 to float";
            case I64_F32 -> "call i64 @llvm.fptosi.sat.i64.f32(float $0)";
            case PHILOX -> "random $0, $1, $2";

            case PACK_BF16 -> "call <2 x bfloat> @llvm.nvvm.ff2bf16x2.rn(float $1, float $0); bitcast <2 x bfloat> # to i32";
            case PACK_F16 -> "call <2 x half> @llvm.nvvm.ff2f16x2.rn(float $1, float $0); bitcast <2 x half> # to i32";
            case TF32 -> "call i32 @llvm.nvvm.f2tf32.rna(float $0)";
            case OPEN_F16 -> "bitcast i32 $0 to <2 x half>; fpext <2 x half> # to <2 x float>";
            case BITS -> "bitcast float $0 to i32";
            case FLOAT -> "bitcast i32 $0 to float";

            case SHARED -> "getelementptr i8, ptr addrspace(3) @shared, i32 $0";
            case AT_SHARED -> "getelementptr i8, ptr addrspace(3) $0, i32 $1";
            case AT_GLOBAL, AT_CONST -> "getelementptr i8, ptr addrspace(1) $0, i64 $1";
            case ALIGNED_16, ALIGNED_16_GLOBAL -> "ptrtoint ptr addrspace(1) $0 to i64; and i64 #, 15; icmp eq i64 #, 0";
            case GLOBAL -> "getelementptr i8, ptr addrspace(1) $0, i64 0";

            case LD_CONST_F64 -> load("double", 8, CONST) + "; fptrunc double # to float";
            case LD_CONST_F32 -> load("float", 4, CONST);
            case LD_CONST_F16 -> load("half", 2, CONST) + "; fpext half # to float";
            case LD_CONST_BF16 -> load("i16", 2, CONST) + OF_BF16;
            case LD_CONST_I64 -> load("i64", 8, CONST) + "; sitofp i64 # to float";
            case LD_CONST_I32 -> load("i32", 4, CONST) + "; sitofp i32 # to float";
            case LD_CONST_I16 -> load("i16", 2, CONST) + "; sitofp i16 # to float";
            case LD_CONST_I8 -> load("i8", 1, CONST) + "; sitofp i8 # to float";
            case LD_CONST_U8, LD_CONST_BOOL -> load("i8", 1, CONST) + "; uitofp i8 # to float";
            case LD_CONST_B64 -> load("i64", 8, CONST);
            case LD_CONST_B32 -> load("i32", 4, CONST);
            case LD_CONST_4F32 -> load("<4 x float>", 16, CONST);
            case LD_CONST_2F32 -> load("<2 x float>", 8, CONST);
            case LD_CONST_4B32 -> load("<4 x i32>", 16, CONST);
            case LD_CONST_4BF16 -> load("<4 x i16>", 8, CONST) + FOUR_OF_BF16;
            case LD_CONST_2BF16 -> load("<2 x i16>", 4, CONST) + "; zext <2 x i16> # to <2 x i32>; shl <2 x i32> #, splat (i32 16); bitcast <2 x i32> # to <2 x float>";
            case LD_CONST_4F16 -> load("<4 x half>", 8, CONST) + "; fpext <4 x half> # to <4 x float>";
            case LD_CONST_2F16 -> load("<2 x half>", 4, CONST) + "; fpext <2 x half> # to <2 x float>";
            case LD_GLOBAL_F64 -> load("double", 8, GLOBAL) + "; fptrunc double # to float";
            case LD_GLOBAL_F32 -> load("float", 4, GLOBAL);
            case LD_GLOBAL_F16 -> load("half", 2, GLOBAL) + "; fpext half # to float";
            case LD_GLOBAL_BF16 -> load("i16", 2, GLOBAL) + OF_BF16;
            case LD_GLOBAL_I64 -> load("i64", 8, GLOBAL) + "; sitofp i64 # to float";
            case LD_GLOBAL_I32 -> load("i32", 4, GLOBAL) + "; sitofp i32 # to float";
            case LD_GLOBAL_I16 -> load("i16", 2, GLOBAL) + "; sitofp i16 # to float";
            case LD_GLOBAL_I8 -> load("i8", 1, GLOBAL) + "; sitofp i8 # to float";
            case LD_GLOBAL_U8, LD_GLOBAL_BOOL -> load("i8", 1, GLOBAL) + "; uitofp i8 # to float";
            case LD_GLOBAL_4F32 -> load("<4 x float>", 16, GLOBAL);
            case LD_GLOBAL_4BF16 -> load("<4 x i16>", 8, GLOBAL) + FOUR_OF_BF16;
            case LD_GLOBAL_4F16 -> load("<4 x half>", 8, GLOBAL) + "; fpext <4 x half> # to <4 x float>";

            case ST_GLOBAL_F64 -> "fpext float $1 to double; store double #, ptr addrspace(1) $0, align 8";
            case ST_GLOBAL_F32 -> "store float $1, ptr addrspace(1) $0, align 4";
            case ST_GLOBAL_F16 -> "fptrunc float $1 to half; store half #, ptr addrspace(1) $0, align 2";
            case ST_GLOBAL_BF16 -> "fptrunc float $1 to bfloat; store bfloat #, ptr addrspace(1) $0, align 2";
            case ST_GLOBAL_I64 -> integer("fptosi", 64, 8);
            case ST_GLOBAL_I32 -> integer("fptosi", 32, 4);
            case ST_GLOBAL_I16 -> integer("fptosi", 16, 2);
            case ST_GLOBAL_I8 -> integer("fptosi", 8, 1);
            case ST_GLOBAL_U8 -> integer("fptoui", 8, 1);
            case ST_GLOBAL_BOOL -> "fcmp une float $1, 0.0; zext i1 # to i8; store i8 #, ptr addrspace(1) $0, align 1";
            case ST_GLOBAL_4F32 -> vector("float", 4) + "; store <4 x float> #, ptr addrspace(1) $0, align 16";
            case ST_GLOBAL_2F32 -> vector("float", 2) + "; store <2 x float> #, ptr addrspace(1) $0, align 8";
            case ST_GLOBAL_4BF16 -> vector("float", 4) + "; fptrunc <4 x float> # to <4 x bfloat>; store <4 x bfloat> #, ptr addrspace(1) $0, align 8";
            case ST_GLOBAL_2BF16 -> vector("float", 2) + "; fptrunc <2 x float> # to <2 x bfloat>; store <2 x bfloat> #, ptr addrspace(1) $0, align 4";
            case ST_GLOBAL_4F16 -> vector("float", 4) + "; fptrunc <4 x float> # to <4 x half>; store <4 x half> #, ptr addrspace(1) $0, align 8";
            case ST_GLOBAL_2F16 -> vector("float", 2) + "; fptrunc <2 x float> # to <2 x half>; store <2 x half> #, ptr addrspace(1) $0, align 4";
            case LD_SHARED_F32 -> load("float", 4, SHARED_SPACE);
            case LD_SHARED_B32 -> load("i32", 4, SHARED_SPACE);
            case LD_SHARED_4F32 -> load("<4 x float>", 16, SHARED_SPACE);
            case LD_SHARED_2F32 -> load("<2 x float>", 8, SHARED_SPACE);
            case ST_SHARED_F32 -> "store float $1, ptr addrspace(3) $0, align 4";
            case ST_SHARED_B32 -> "store i32 $1, ptr addrspace(3) $0, align 4";
            case ST_SHARED_4F32 -> vector("float", 4) + "; store <4 x float> #, ptr addrspace(3) $0, align 16";
            case ST_SHARED_2F32 -> vector("float", 2) + "; store <2 x float> #, ptr addrspace(3) $0, align 8";

            case CP_16 -> "call void @llvm.nvvm.cp.async.cg.shared.global.16.s(ptr addrspace(3) $0, ptr addrspace(1) $1, i32 $2)";
            case CP_4 -> "call void @llvm.nvvm.cp.async.ca.shared.global.4.s(ptr addrspace(3) $0, ptr addrspace(1) $1, i32 $2)";
            case CP_COMMIT -> "call void @llvm.nvvm.cp.async.commit.group()";
            case CP_WAIT -> "call void @llvm.nvvm.cp.async.wait.group(i32 $0)";

            case SHFL_XOR_F32 -> "call float @llvm.nvvm.shfl.sync.bfly.f32(i32 -1, float $0, i32 $1, i32 31)";
            case SHFL_IDX_F32 -> "call float @llvm.nvvm.shfl.sync.idx.f32(i32 -1, float $0, i32 $1, i32 31)";
            case SHFL_IDX_I32 -> "call i32 @llvm.nvvm.shfl.sync.idx.i32(i32 -1, i32 $0, i32 $1, i32 31)";
            case BARRIER -> "call void @llvm.nvvm.barrier0()";
            case BARRIER_WARP -> "call void @llvm.nvvm.bar.warp.sync(i32 -1)";

            case LDMATRIX_4 -> "call { i32, i32, i32, i32 } @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.b16.p3(ptr addrspace(3) $0)";
            case LDMATRIX_4_TRANS -> "call { i32, i32, i32, i32 } @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.trans.b16.p3(ptr addrspace(3) $0)";
            case MMA_16816_BF16 -> product("m16n8k16.row.col.bf16", "i32");
            case MMA_16816_F16 -> halves("m16n8k16.row.col.f32.f32");
            case MMA_1688_TF32 -> product("m16n8k8.row.col.tf32", "i32");

            case ROWS_128 -> WgmmaTemplates.ROWS_128;
            case LINES_128 -> WgmmaTemplates.LINES_128;
            case FENCE_ASYNC -> "call void asm sideeffect \"fence.proxy.async.shared::cta;\", \"~{memory}\"()";
            case WGMMA_FENCE_16, WGMMA_FENCE_32, WGMMA_FENCE_64, WGMMA_FENCE_128 -> WgmmaTemplates.fence(opcode);
            case WGMMA_BF16_16, WGMMA_BF16_32, WGMMA_BF16_64, WGMMA_BF16_128 -> WgmmaTemplates.product(opcode, "bf16");
            case WGMMA_F16_16, WGMMA_F16_32, WGMMA_F16_64, WGMMA_F16_128 -> WgmmaTemplates.product(opcode, "f16");
            case WGMMA_COMMIT -> "call void asm sideeffect \"wgmma.commit_group.sync.aligned;\", \"~{memory}\"() convergent";
            case WGMMA_WAIT_16, WGMMA_WAIT_32, WGMMA_WAIT_64, WGMMA_WAIT_128 -> WgmmaTemplates.await(opcode);

            case MBARRIER_INIT -> "call void @llvm.nvvm.mbarrier.init.shared(ptr addrspace(3) $0, i32 $1)";
            case FENCE_MBARRIER -> "call void asm sideeffect \"fence.mbarrier_init.release.cluster;\", \"~{memory}\"()";
            case MBARRIER_INVAL -> "call void @llvm.nvvm.mbarrier.inval.shared(ptr addrspace(3) $0)";
            case MBARRIER_EXPECT -> "call void asm sideeffect \"mbarrier.arrive.expect_tx.shared::cta.b64 _, [${0}], ${1};\", \"l,r,~{memory}\"(ptr addrspace(3) $0, i32 $1)";
            case MBARRIER_WAIT -> "until call i1 asm sideeffect \"mbarrier.try_wait.parity.shared::cta.b64 ${0}, [${1}], ${2};\", \"=b,l,r,~{memory}\"(ptr addrspace(3) $0, i32 $1)";
            case BULK_2 -> bulk(2);
            case BULK_3 -> bulk(3);
            case BULK_4 -> bulk(4);
            case BULK_5 -> bulk(5);
        };
    }
}
