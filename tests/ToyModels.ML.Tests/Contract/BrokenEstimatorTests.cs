using EstimatorContracts;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace ToyModels.ML.Tests;

/// <summary>The contract catches what is broken, by the rule that is broken.</summary>
public class BrokenEstimatorTests
{
    private static readonly VectorDataViewType _texts = new(TextDataViewType.Instance, Views.FeatureCount);

    private readonly MLContext _ml = new(seed: 1);

    private IDataView Rows => field ??= _ml.Data.Cache(Views.Dense(_ml));

    private LpNormNormalizingEstimator Sound => _ml.Transforms.NormalizeLpNorm("Out", "Features");

    [Fact]
    public void The_sound_step_that_is_broken_below_passes() => EstimatorContract.Verify(Subject(new FaultyEstimator(Sound)));

    [Fact]
    public void A_promised_column_that_does_not_come() =>
        Caught(SchemaRules.Promise, new FaultyEstimator(Sound) { Promise = Sound.Append(_ml.Transforms.CopyColumns("More", "Id")).GetOutputSchema });

    [Fact]
    public void A_column_that_was_not_promised() =>
        Caught(SchemaRules.Promise, new FaultyEstimator(Sound) { Promise = shape => shape });

    [Fact]
    public void An_annotation_that_was_not_promised() =>
        Caught(SchemaRules.Promise, new FaultyEstimator(_ml.Transforms.NormalizeMinMax("Out", "Features"))
        {
            Promise = _ml.Transforms.CopyColumns("Out", "Features").GetOutputSchema,
        });

    [Fact]
    public void A_promised_annotation_that_does_not_come() =>
        Caught(SchemaRules.Promise, new FaultyEstimator(_ml.Transforms.CopyColumns("Out", "Features"))
        {
            Promise = _ml.Transforms.NormalizeMinMax("Out", "Features").GetOutputSchema,
        });

    [Fact]
    public void A_schema_that_is_told_and_not_delivered() =>
        Caught(SchemaRules.Announced, With(sound => new FaultyTransformer(sound) { Schema = schema => Wider(sound.GetOutputSchema(schema)) }));

    [Fact]
    public void A_missing_column_that_fitting_accepts() =>
        Caught(RefusalRules.Missing, new FaultyEstimator(Sound) { FitOf = _ => Sound.Fit(Rows) });

    [Fact]
    public void A_missing_column_that_is_refused_in_words_of_one_s_own() =>
        Caught(RefusalRules.Missing, new FaultyEstimator(Sound)
        {
            FitOf = input => input.Schema.GetColumnOrNull("Features") is null ? throw new ArgumentOutOfRangeException(nameof(input), "No features!") : Sound.Fit(input),
        });

    [Fact]
    public void A_mistyped_column_that_the_promise_accepts() =>
        Caught(RefusalRules.Mistyped, new FaultyEstimator(Sound)
        {
            Promise = shape => shape.Any(c => c.Name == "Features" && c.ItemType is TextDataViewType) ? shape : Sound.GetOutputSchema(shape),
        });

    [Fact]
    public void A_mistyped_column_that_only_reading_reveals() =>
        Caught(RefusalRules.Mistyped, WithView((sound, input) => _texts.Equals(input.Schema.GetColumnOrNull("Features")?.Type) ? input : sound.Transform(input)));

    [Fact]
    public void Rows_that_change_from_one_reading_to_the_next()
    {
        var readings = 0;
        Caught(CursorRules.Repeat, WithCursor(c => new FaultyCursor(c) { Getter = Constant("Id", () => ++readings) }));
    }

    [Fact]
    public void A_row_count_that_is_a_guess() =>
        Caught(CursorRules.Count, WithView((sound, input) => new FaultyView(sound.Transform(input)) { RowCount = () => 7 }));

    [Fact]
    public void Ids_that_rows_share() =>
        Caught(CursorRules.Ids, WithCursor(c => new FaultyCursor(c) { Id = (ref DataViewRowId id) => id = new DataViewRowId(3, 0) }));

    [Fact]
    public void Ids_that_are_there_before_the_first_row() =>
        Caught(CursorRules.NoValueWithoutRow, WithCursor(c => new FaultyCursor(c)
        {
            Id = (ref DataViewRowId id) => id = new DataViewRowId((ulong)(c.Position + 1), 0),
        }));

    [Fact]
    public void A_cursor_that_starts_on_the_first_row() =>
        Caught(CursorRules.Positions, WithCursor(c => new FaultyCursor(c) { PositionBefore = 0 }));

    [Fact]
    public void A_cursor_that_keeps_its_place_past_the_end() =>
        Caught(CursorRules.Positions, WithCursor(c => new FaultyCursor(c) { PositionAfter = 39 }));

    [Fact]
    public void An_end_that_does_not_last() =>
        Caught(CursorRules.End, WithCursor(c => new FaultyCursor(c) { StartsAgain = true }));

    [Fact]
    public void Cursors_that_share_their_place()
    {
        DataViewRowCursor? newest = null;
        Caught(CursorRules.SideBySide, WithCursor(c =>
        {
            newest = c;
            return new FaultyCursor(c) { Getter = column => column.Name == "Id" ? (ValueGetter<int>)((ref int id) => id = (int)newest.Position) : null };
        }));
    }

    [Fact]
    public void A_column_that_is_asked_for_and_not_active() =>
        Caught(CursorRules.Asked, WithCursor(c => new FaultyCursor(c) { Active = column => column.Name != "Out" && c.IsColumnActive(column) }));

    [Fact]
    public void A_column_whose_values_hang_on_others() =>
        Caught(CursorRules.InPart, WithCursor(c => new FaultyCursor(c)
        {
            Getter = column => column.Name == "Id" ? (ValueGetter<int>)((ref int id) => id = c.IsColumnActive(c.Schema["Out"]) ? (int)c.Position : 0) : null,
        }));

    [Fact]
    public void A_getter_of_a_column_that_was_not_asked_for() =>
        Caught(CursorRules.Inactive, WithCursor(c => new FaultyCursor(c)
        {
            Getter = column => column.Name == "Id" && !c.IsColumnActive(column) ? (ValueGetter<int>)((ref int id) => id = 0) : null,
        }));

    [Fact]
    public void A_getter_of_another_type() =>
        Caught(CursorRules.Strange, WithCursor(c => new FaultyCursor(c)
        {
            IsCareless = !c.IsColumnActive(c.Schema["Out"]),
            Getter = column => column.Name == "Id" ? (ValueGetter<int>)((ref int id) => id = (int)c.Position) : null,
        }));

    [Fact]
    public void Shares_that_are_the_whole_each() =>
        Caught(CursorRules.Shares, WithView((sound, input) =>
        {
            var view = sound.Transform(input);
            return new FaultyView(view) { Shares = columns => [view.GetRowCursor(columns), view.GetRowCursor(columns)] };
        }));

    [Fact]
    public void Rows_that_shuffling_makes_anew() =>
        Caught(CursorRules.Shuffled, WithView((sound, input) =>
        {
            var view = sound.Transform(input);
            return new FaultyView(view) { Open = (columns, random) => random is null ? view.GetRowCursor(columns) : _ml.Data.TakeRows(view, 30).GetRowCursor(columns) };
        }));

    [Fact]
    public void A_view_that_shuffles_and_says_that_it_cannot() =>
        Caught(CursorRules.Shuffled, WithView((sound, input) => new FaultyView(sound.Transform(input)) { CanShuffle = false }));

    [Fact]
    public void A_row_mapper_of_another_schema() =>
        Caught(MapperRules.Schemas, With(sound => new FaultyTransformer(sound) { Mapper = Another("Other").GetRowToRowMapper }));

    [Fact]
    public void A_row_mapper_that_maps_otherwise() =>
        Caught(MapperRules.Values, With(sound => new FaultyTransformer(sound) { Mapper = Another("Out", ensureZeroMean: true).GetRowToRowMapper }));

    [Fact]
    public void A_row_mapper_that_depends_on_its_own_columns() =>
        Caught(MapperRules.Needs, With(sound => new FaultyTransformer(sound)
        {
            Mapper = schema => new FaultyMapper(sound.GetRowToRowMapper(schema)) { Dependencies = columns => columns },
        }));

    [Fact]
    public void A_row_mapper_where_rows_are_not_mapped_one_by_one() =>
        Caught(MapperRules.None, With(sound => new FaultyTransformer(sound) { IsRowToRowMapper = false }));

    [Fact]
    public void A_model_that_loads_with_other_numbers() =>
        Caught(StorageRules.Rows, With(sound => new FaultyTransformer(sound) { Saved = Another("Out", ensureZeroMean: true) }));

    [Fact]
    public void A_model_that_loads_with_other_columns() =>
        Caught(StorageRules.Schemas, With(sound => new FaultyTransformer(sound) { Saved = Another("Other") }));

    [Fact]
    public void A_model_that_loads_as_another_kind_of_step() =>
        Caught(StorageRules.Mapping, With(sound => new FaultyTransformer(sound)
        {
            IsRowToRowMapper = false,
            Mapper = _ => throw new InvalidOperationException("Not row by row."),
        }));

    private static Func<DataViewSchema.Column, Delegate?> Constant(string name, Func<int> next) => column =>
    {
        if (column.Name != name)
        {
            return null;
        }

        var value = next();
        return (ValueGetter<int>)((ref int destination) => destination = value);
    };

    /// <summary>The same shape, of another size.</summary>
    private static DataViewSchema Wider(DataViewSchema schema)
    {
        var builder = new DataViewSchema.Builder();
        foreach (var column in schema)
        {
            builder.AddColumn(column.Name, column.Name == "Out" ? new VectorDataViewType(NumberDataViewType.Single, 99) : column.Type, column.Annotations);
        }

        return builder.ToSchema();
    }

    private void Caught(string rule, FaultyEstimator estimator)
    {
        var e = Assert.Throws<ContractViolationException>(() => EstimatorContract.Verify(Subject(estimator)));

        Assert.StartsWith(rule, e.Message);
    }

    private ContractSubject Subject(IEstimator<ITransformer> estimator) => new(estimator, Rows) { Inputs = [new InputColumn("Features", _texts)] };

    private FaultyTransformer Another(string output, bool ensureZeroMean = false) =>
        new(_ml.Transforms.NormalizeLpNorm(output, "Features", ensureZeroMean: ensureZeroMean).Fit(Rows));

    private FaultyEstimator With(Func<ITransformer, FaultyTransformer> breaks) => new(Sound) { Transformer = breaks };

    private FaultyEstimator WithCursor(Func<DataViewRowCursor, FaultyCursor> breaks) =>
        WithView((sound, input) => new FaultyView(sound.Transform(input)) { Cursor = breaks });

    private FaultyEstimator WithView(Func<ITransformer, IDataView, IDataView> breaks) =>
        new(Sound) { Transformer = sound => new FaultyTransformer(sound) { View = input => breaks(sound, input) } };
}
