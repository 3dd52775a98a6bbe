package pleat.passes.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pleat.ir.diagnostic.UserException;

/** A problem and what is certain of it, which together make a file that anyone can check. */
public record Proof(PlanningProblem problem, Certificate certificate) {

    /** What is wrong with it, if anything is. */
    public Optional<String> check() {
        return CertificateChecker.check(problem, certificate);
    }

    /** Whether it is about a plan within the budget, and not about there being none. */
    public boolean fits() {
        return certificate.lowerBoundPicos() != Certificate.NOTHING_FITS;
    }

    /** One behind the other: each problem, and its certificate. */
    public static String print(List<Proof> proofs) {
        var text = new StringBuilder();
        proofs.forEach(proof -> text.append(ProblemText.print(proof.problem)).append(CertificateText.print(proof.certificate)));
        return text.toString();
    }

    /** @throws UserException if the text is not one that {@link #print} writes */
    public static List<Proof> parse(String text) {
        var proofs = new ArrayList<Proof>();
        for (String part : text.split("(?m)^(?=problem )")) {
            int certificate = part.indexOf("\ncertificate ") + 1;
            if (certificate == 0) {
                throw new UserException("this is not a file of `pleat plan --certificate`: a problem comes first, and its certificate behind it");
            }
            proofs.add(new Proof(ProblemText.parse(part.substring(0, certificate)), CertificateText.parse(part.substring(certificate))));
        }
        return List.copyOf(proofs);
    }
}
