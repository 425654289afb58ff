import java.io.ByteArrayInputStream;
import java.io.FileWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.est.ESTException;
import org.bouncycastle.est.ESTService;
import org.bouncycastle.est.EnrollmentResponse;
import org.bouncycastle.est.jcajce.JcaHttpAuthBuilder;
import org.bouncycastle.est.jcajce.JsseESTServiceBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** Enrolls by Bouncy Castle's EST client: `host:port label server.crt controllerId token folder`. */
public class EstClient {
  public static void main(String[] args) throws Exception {
    String host = args[0], label = args[1], id = args[3], token = args[4], folder = args[5];
    X509TrustManager[] trusted = {trusting(certificate(Files.readAllBytes(Path.of(args[2]))))};
    ESTService open = builder(host, trusted).withLabel(label).build();

    ArrayList<X509CertificateHolder> authorities =
        new ArrayList<>(open.getCACerts().getCertificateStore().getMatches(null));
    System.out.println("authorities " + authorities.size() + " " + authorities.get(0).getSubject());
    System.out.println("attributes " + open.getCSRAttributes().getAttributesResponse().getRequirements());

    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), new SecureRandom());
    KeyPair keys = generator.generateKeyPair();
    ContentSigner signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
    PKCS10CertificationRequest request =
        new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=" + id), keys.getPublic()).build(signer);

    try {
      open.simpleEnroll(false, request, auth(id, "wrong"));
      System.out.println("wrong token accepted");
    } catch (ESTException refused) {
      System.out.println("wrong token refused " + refused.getStatusCode());
    }
    X509CertificateHolder enrolled = one(open.simpleEnroll(false, request, auth(id, token)));
    System.out.println("enrolled " + enrolled.getSubject());

    ESTService own =
        builder(host, trusted)
            .withKeyManagers(keyManagers(keys, enrolled))
            .withLabel(label)
            .build();
    X509CertificateHolder renewed = one(own.simpleEnroll(true, request, null));
    System.out.println("renewed " + !renewed.getSerialNumber().equals(enrolled.getSerialNumber()));

    write(folder + "/device.crt", renewed);
    write(folder + "/device.key", new PemObject("PRIVATE KEY", keys.getPrivate().getEncoded()));
  }

  static X509Certificate certificate(byte[] encoded) throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(encoded));
  }

  /** Trusts the server of the test, and no other. */
  static X509TrustManager trusting(X509Certificate server) {
    return new X509TrustManager() {
      public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        throw new CertificateException("no clients here");
      }

      public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        if (!chain[0].equals(server)) throw new CertificateException("another server");
      }

      public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[] {server};
      }
    };
  }

  /** Its certificate names no host. */
  static JsseESTServiceBuilder builder(String host, X509TrustManager[] trusted) {
    return new JsseESTServiceBuilder(host, trusted).withHostNameAuthorizer((name, session) -> true);
  }

  static org.bouncycastle.est.ESTAuth auth(String id, String password) throws Exception {
    return new JcaHttpAuthBuilder(null, id, password.toCharArray()).setProvider(new BouncyCastleProvider()).build();
  }

  static X509CertificateHolder one(EnrollmentResponse response) {
    ArrayList<X509CertificateHolder> all = new ArrayList<>(response.getStore().getMatches(null));
    if (all.size() != 1) throw new IllegalStateException(all.size() + " certificates");
    return all.get(0);
  }

  static javax.net.ssl.KeyManager[] keyManagers(KeyPair keys, X509CertificateHolder holder) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("device", keys.getPrivate(), new char[0], new X509Certificate[] {certificate(holder.getEncoded())});
    KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  static void write(String file, Object what) throws Exception {
    try (JcaPEMWriter writer = new JcaPEMWriter(new FileWriter(file))) {
      writer.writeObject(what);
    }
  }
}
