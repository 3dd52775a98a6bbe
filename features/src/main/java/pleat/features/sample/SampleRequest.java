package pleat.features.sample;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import pleat.features.template.TemplateRequest;
import pleat.features.text.ResidueRange;
import pleat.ir.diagnostic.UserException;

/**
 * What one sample is made from.
 *
 * @param query a file with one sequence; empty where the first row of the first alignment is the query
 * @param alignments in the order in which their rows are taken
 * @param firstResidue the number of the query's first residue: 1, or more where the files have a part of a chain
 * @param range the part of the query that the model sees, in these numbers; empty for all of it
 */
public record SampleRequest(String name, Optional<Path> query, ImmutableList<Path> alignments, ImmutableList<TemplateRequest> templates,
        int firstResidue, Optional<ResidueRange> range) {

    public SampleRequest {
        if (query.isEmpty() && alignments.isEmpty()) {
            throw new UserException("sample `" + name + "` has neither a sequence nor an alignment");
        }
        if (firstResidue < 1) {
            throw new UserException("the first residue of `" + name + "` is number " + firstResidue + ", and residues count from 1");
        }
    }

    /** All files that the sample depends on, in a fixed order. */
    public ImmutableList<Path> files() {
        return Stream.of(query.stream(), alignments.stream(), templates.stream().map(TemplateRequest::file)).flatMap(files -> files)
                .collect(ImmutableList.toImmutableList());
    }
}
