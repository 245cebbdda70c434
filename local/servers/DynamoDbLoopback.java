import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;

/**
 * DynamoDB Local on 127.0.0.1 only: its own runner listens on every interface and has no option for it. Arguments: the
 * port, and the folder that keeps the tables (left out: memory).
 */
class DynamoDbLoopback {
  public static void main(String[] args) throws Exception {
    var storage = args.length > 1 ? new String[] {"-dbPath", args[1]} : new String[] {"-inMemory"};
    var options = new java.util.ArrayList<>(java.util.List.of(storage));
    // The port is set on the connector below; the runner only wants a valid one.
    options.addAll(java.util.List.of("-sharedDb", "-disableTelemetry", "-port", "8000"));
    var proxy = ServerRunner.createServerFromCommandLineArgs(options.toArray(new String[0]));
    var field = proxy.getClass().getDeclaredField("server");
    field.setAccessible(true);
    var connector = (ServerConnector) ((Server) field.get(proxy)).getConnectors()[0];
    connector.setHost("127.0.0.1");
    connector.setPort(Integer.parseInt(args[0]));
    proxy.start();
    System.out.println("listening on 127.0.0.1:" + connector.getLocalPort());
    proxy.join();
  }
}
