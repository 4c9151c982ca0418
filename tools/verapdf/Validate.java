import java.io.FileInputStream;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.validators.ValidatorFactory;

/** Validates each FILE@PROFILE given; one line a file, one more for each rule broken. Ends with 1 when one does not conform. */
public final class Validate {
    private static final String PROFILES = "/org/verapdf/pdfa/validation/";

    public static void main(String[] asked) {
        Logger.getLogger("").setLevel(Level.OFF);
        VeraGreenfieldFoundryProvider.initialise();
        int failed = 0;
        for (String one : asked) {
            int at = one.lastIndexOf('@');
            String file = one.substring(0, Math.max(at, 0));
            String profile = one.substring(at + 1);
            try {
                failed += conforms(file, profile) ? 0 : 1;
            } catch (Exception | LinkageError error) {
                System.out.println("ERROR " + one + ": " + error);
                failed++;
            }
        }
        System.exit(failed > 0 || asked.length == 0 ? 1 : 0);
    }

    private static boolean conforms(String file, String name) throws Exception {
        try (InputStream rules = Validate.class.getResourceAsStream(PROFILES + name + ".xml");
                InputStream content = new FileInputStream(file);
                PDFAParser parser = Foundries.defaultInstance().createParser(content, flavour(name))) {
            if (rules == null) {
                throw new IllegalArgumentException("no profile " + name);
            }
            ValidationProfile profile = Profiles.profileFromXml(rules);
            PDFAValidator validator = ValidatorFactory.createValidator(profile, false);
            ValidationResult result = validator.validate(parser);
            // a profile that checks nothing would pass everything
            boolean passed = result.isCompliant() && result.getTotalAssertions() > 0;
            System.out.printf("%s %s %s, %d checks%n", passed ? "PASS" : "FAIL", file, name, result.getTotalAssertions());
            tellBroken(result);
            return passed;
        }
    }

    /** "PDFA-2A" is flavour "2a", "PDFUA-1" is "ua1". */
    private static PDFAFlavour flavour(String profile) {
        String part = profile.substring(profile.indexOf('-') + 1).toLowerCase();
        return PDFAFlavour.fromString(profile.startsWith("PDFUA") ? "ua" + part : part);
    }

    private static void tellBroken(ValidationResult result) {
        Map<String, Integer> times = new LinkedHashMap<>();
        Map<String, String> first = new LinkedHashMap<>();
        for (TestAssertion found : result.getTestAssertions()) {
            if (found.getStatus() == TestAssertion.Status.FAILED) {
                String rule = found.getRuleId().getClause() + "-" + found.getRuleId().getTestNumber();
                times.merge(rule, 1, Integer::sum);
                first.putIfAbsent(rule, found.getMessage() + " @ " + found.getLocation().getContext());
            }
        }
        times.forEach((rule, count) -> System.out.println("    " + rule + " ×" + count + ": " + first.get(rule)));
    }
}
