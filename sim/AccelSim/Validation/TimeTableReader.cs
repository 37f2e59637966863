using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Costs.Tables;
using AccelSim.Hardware;
using AccelSim.Models;

namespace AccelSim.Validation;

/// <summary>Reads measured tables for the table rung.</summary>
public static class TimeTableReader
{
    /// <summary>Reads the rows that measured one operator, and are kernel times.</summary>
    /// <remarks>
    /// A row of experts is several operators, so that it says nothing of each; collectives whose
    /// rows differ by library keep those that the operator's family is run by.
    /// </remarks>
    /// <param name="folder">Where the tables are.</param>
    /// <exception cref="ConfigException">There is no table, or a malformed one.</exception>
    public static TimeTables Read(string folder)
    {
        var found = new Dictionary<string, TimeTable>();
        var devices = new Dictionary<string, JudgedDevice>();
        var operators = new List<Operator>();
        foreach (var (table, file) in MeasuredFolder.Tables(folder, MeasuredTable.All))
        {
            if (file is null || table == MeasuredTable.Moe) continue;
            using var rows = new TableRows(file, table);
            while (rows.Next())
            {
                var (name, shipped) = TableNames.Device(rows);
                if (!devices.TryGetValue(name, out var device))
                {
                    devices[name] = device = new JudgedDevice(
                        name, Catalog.Open(shipped), [CostRung.All[0]]);
                    found[shipped] = new TimeTable();
                }
                var price = RowOperators.Read(rows, table, device, operators);
                var seconds = rows.Seconds();
                if (price.Format.Reason is not null || operators is not [var one]
                    || NotKernels.Reason(rows, table, operators, device.Machine, seconds)
                        is not null)
                {
                    continue;
                }
                found[shipped].Add(one, seconds);
            }
        }
        return new TimeTables(folder, found);
    }
}
