import java.lang.reflect.Field;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

/**
 * DynamoDB Local on a free port of the loopback interface only: the engine itself has no option for its host.
 * Prints "listening on PORT" and lives until its standard input closes, so it does not outlive the process that
 * started it. Exits with 75 when another one keeps its data folder.
 */
final class LoopbackDynamoDb {
  private static final int DATA_IN_USE = 75;
  private static final int TRIES = 100;
  private static final int BETWEEN_TRIES_MS = 50;

  // Held here, as the lock goes when the garbage collector closes its file.
  private static FileChannel lockFile;

  public static void main(String[] args) throws Exception {
    int dbPath = List.of(args).indexOf("-dbPath");
    if (dbPath >= 0) takeFolder(Path.of(args[dbPath + 1]));
    DynamoDBProxyServer engine = ServerRunner.createServerFromCommandLineArgs(args);
    Field server = DynamoDBProxyServer.class.getDeclaredField("server");
    server.setAccessible(true);
    ServerConnector connector = (ServerConnector) ((Server) server.get(engine)).getConnectors()[0];
    connector.setHost("127.0.0.1");
    connector.setPort(0);
    engine.start();
    System.out.println("listening on " + connector.getLocalPort());
    while (System.in.read() >= 0) {}
    // Closes the databases, and ends the server's threads: the exit of a JVM waits 300 ms for threads in system calls.
    engine.stop();
    Runtime.getRuntime().halt(0);
  }

  /** The engine of a start that was killed may not be gone yet; the system frees its lock when it is. */
  private static void takeFolder(Path folder) throws Exception {
    lockFile = FileChannel.open(folder.resolve("engine.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    for (int left = TRIES; lockFile.tryLock() == null; left--) {
      if (left == 0) System.exit(DATA_IN_USE);
      Thread.sleep(BETWEEN_TRIES_MS);
    }
  }
}
